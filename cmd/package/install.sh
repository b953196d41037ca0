#!/bin/sh
# Puts qclean and what belongs to it into a system, or into a tree that becomes
# a package: make install. Usage: install.sh QCLEAN, with DESTDIR, PREFIX and
# SYSCONFDIR in the environment. Nothing is started or enabled, and files of
# the administrator (cron line, log rotation) are not written over.
set -eu
qclean=$1
here=$(dirname "$0")
bin=$PREFIX/bin
share=$DESTDIR$PREFIX/share
etc=$DESTDIR$SYSCONFDIR

umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fill writes a template with the places in it.
fill() { sed -e "s,@BINDIR@,$bin,g" -e "s,@SYSCONFDIR@,$SYSCONFDIR,g" "$here/$1" >"$work/$1"; }

# setting installs a file that may have been edited since.
setting() {
	if [ -e "$2" ] && ! cmp -s "$1" "$2"; then
		install -m 0644 "$1" "$2.new"
		echo "$2 was changed; the new one is $2.new" >&2
	else
		install -D -m 0644 "$1" "$2"
	fi
}

install -D -m 0755 "$qclean" "$DESTDIR$bin/qclean"

mkdir "$work/man"
"$qclean" -q man "$work/man"
install -d "$share/man/man8"
install -m 0644 "$work"/man/* "$share/man/man8"

for shell in bash zsh fish; do
	"$qclean" completion $shell >"$work/$shell"
done
install -D -m 0644 "$work/bash" "$share/bash-completion/completions/qclean"
install -D -m 0644 "$work/zsh" "$share/zsh/${ZSHDIR:-site-functions}/_qclean"
install -D -m 0644 "$work/fish" "$share/fish/vendor_completions.d/qclean.fish"

for unit in qclean-hygiene.service qclean-hygiene.timer; do
	fill $unit
	install -D -m 0644 "$work/$unit" "$DESTDIR$PREFIX/lib/systemd/system/$unit"
done
install -D -m 0644 "$here/../../README.md" "$share/doc/qclean/README.md"
install -D -m 0644 "$here/../../LICENSE" "$share/doc/qclean/copyright"

install -d "$etc/qclean"
for name in cron logrotate; do
	fill qclean.$name
	setting "$work/qclean.$name" "$etc/$name.d/qclean"
done
