#!/bin/bash
# Installs, runs and removes the packages. Usage: check.sh DIR, the folder with
# one .deb and one .rpm. All of it happens in a layer over this system that
# nothing outlives, in namespaces of its own; so it needs root, and works in a
# container without systemd running.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ "${1-}" != --inside ]; then
	dir=$(cd "$1" && pwd)
	[ "$(id -u)" = 0 ] || { echo "package check: root is needed" >&2; exit 1; }
	"$here/tools.sh"
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	(cd "$here/../.." && ${GO:-go} run ./fixtures/mkflood -n 3000 --seed 8 "$work/Imcdata" >/dev/null)
	mkdir "$work/layer"
	unshare --mount --net --pid --fork --propagation private "$0" --inside "$work" "$dir" "$here"
	exit
fi

work=$2 dir=$3 here=$4
if [ "${5-}" = "" ]; then
	mount -t tmpfs -o size=2g tmpfs "$work/layer"
	mkdir "$work/layer/up" "$work/layer/work" "$work/layer/root"
	mount -t overlay -o "lowerdir=/,upperdir=$work/layer/up,workdir=$work/layer/work" overlay "$work/layer/root"
	mount -t proc proc "$work/layer/root/proc"
	mount --rbind /dev "$work/layer/root/dev"
	exec chroot "$work/layer/root" "$here/check.sh" --inside "$work" "$dir" "$here" layered
fi

ip link set lo up 2>/dev/null || true
unset QCLEAN_STATE QCLEAN_ROOT XDG_STATE_HOME XDG_CONFIG_HOME
export HOME=/root TMPDIR=/tmp LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
cd /

checks=0
ok() { checks=$((checks + 1)); echo "ok    $*"; }
fail() { echo "FAIL  $*" >&2; exit 1; }
# wants CODE COMMAND… runs it, and wants that exit code, or one of several: 0,10
wants() {
	local codes=$1 rc=0
	shift
	"$@" >/tmp/out 2>/tmp/err || rc=$?
	case ",$codes," in
	*",$rc,"*) ok "$* → $rc" ;;
	*) cat /tmp/out /tmp/err >&2; fail "$* → $rc, want $codes" ;;
	esac
}
# names lists what is in the system's folders, but for the books of dpkg, rpm and man.
names() { find /etc /usr /var/lib /var/log /var/spool -xdev \( -path /var/lib/dpkg -o -path /var/lib/rpm \) -prune -o -print | sort; }

# What this host has of its own does not count here, and its MTA is not to be found.
rm -rf /var/lib/qclean /etc/qclean /etc/qclean.toml /root/.config/qclean /etc/postfix /etc/exim4 /etc/exim /var/spool/postfix /var/spool/exim4 /var/spool/exim
names >/tmp/before

echo "# the .deb"
dpkg -i "$dir"/*.deb >/tmp/out 2>&1 || { cat /tmp/out >&2; fail "dpkg -i"; }
ok "dpkg -i $(basename "$dir"/*.deb)"
. "$here/installed.sh"
. "$here/night.sh"

command -v systemctl >/dev/null && wants 0 systemctl enable qclean-hygiene.timer
wants 0 dpkg -r qclean
[ -z "$(find /etc/systemd/system -name 'qclean*')" ] || fail "the timer is still enabled"
[ ! -e /usr/bin/qclean ] || fail "the program is still there"
[ -e /etc/qclean/policy.toml ] && [ -e /etc/cron.d/qclean ] || fail "configuration was lost on removal"
[ -e /var/lib/qclean/known.txt ] || fail "the state was lost on removal"
ok "removed: configuration and state are kept"
mkdir /var/lib/qclean/mine && echo mail >/var/lib/qclean/mine/message
wants 0 dpkg -P qclean
[ -e /var/lib/qclean/mine/message ] || fail "purge deleted mail that was put into the state directory"
rm -r /var/lib/qclean
[ "$(find /var/spool/imcdata/*.old -type f -name "$kept")" ] || fail "purge deleted quarantined mail"
rm -r /var/spool/imcdata
names | diff /tmp/before - || fail "left behind by the .deb"
ok "purged: nothing is left but mail"

echo "# the .rpm"
if command -v rpm >/dev/null; then
	names >/tmp/before
	rpm -qlp "$dir"/*.rpm >/tmp/files 2>/tmp/err || { cat /tmp/err >&2; fail "rpm -qlp"; }
	for f in /usr/bin/qclean /usr/lib/systemd/system/qclean-hygiene.timer /usr/share/man/man8/qclean.8.gz /etc/cron.d/qclean; do
		grep -qx "$f" /tmp/files || fail "$f is not in the .rpm"
	done
	[ "$(rpm -qpc "$dir"/*.rpm 2>/dev/null | tr '\n' ' ')" = "/etc/cron.d/qclean /etc/logrotate.d/qclean " ] || fail "configuration files are not marked"
	ok "rpm -qlp: $(wc -l </tmp/files) files"
	wants 0 rpm -i --nodeps "$dir"/*.rpm # no rpm on Debian knows what /bin/sh belongs to
	. "$here/installed.sh"
	wants 0 rpm -e --nodeps qclean
	# rpm does not delete the folders that packages share.
	names | comm -13 /tmp/before - >/tmp/new
	while read -r f; do
		if [ ! -d "$f" ] || [[ $f == *qclean* ]]; then fail "left behind by the .rpm: $f"; fi
	done </tmp/new
	ok "rpm -e: nothing is left"
else
	echo "skip  there is no rpm here"
fi
echo "package check: $checks checks passed"
