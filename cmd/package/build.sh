#!/bin/sh
# Builds the .deb and the .rpm into bin/: make package. Usage: build.sh VERSION
set -eu
cd "$(dirname "$0")/../.."
version=$1
go=${GO:-go}
# The last release whose dependencies the module proxy serves in full.
nfpm=${NFPM:-$go run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2}

# Packages begin with a digit and know no hyphen: v1.2-3-gabc is 1.2+3.gabc, and
# a commit without a tag sorts before every release.
case $version in
v[0-9]*) PACKAGE_VERSION=$(echo "${version#v}" | sed 's/-/+/; s/-/./g') ;;
*) PACKAGE_VERSION=0~$(git log -1 --format=%cd --date=format:%Y%m%d 2>/dev/null || echo 0).$(echo "$version" | tr - .) ;;
esac
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
PACKAGE_ARCH=$($go env GOARCH)
PACKAGE_ROOT=bin/package
export PACKAGE_VERSION PACKAGE_ARCH PACKAGE_ROOT SOURCE_DATE_EPOCH

rm -f bin/*.deb bin/*.rpm
for kind in deb rpm; do
	ZSHDIR=site-functions
	[ $kind = rpm ] || ZSHDIR=vendor-completions # Debian's zsh does not look into the other one
	rm -rf "$PACKAGE_ROOT"
	DESTDIR=$PACKAGE_ROOT PREFIX=/usr SYSCONFDIR=/etc ZSHDIR=$ZSHDIR cmd/package/install.sh bin/qclean
	gzip -9n "$PACKAGE_ROOT"/usr/share/man/man8/*
	find "$PACKAGE_ROOT" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
	$nfpm package --config cmd/package/nfpm.yaml --packager $kind --target bin/
done
rm -rf "$PACKAGE_ROOT"
