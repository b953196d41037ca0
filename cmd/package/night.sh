# Part of check.sh: from "policy init" to the first nights, as the README tells
# it, by hand, from cron and in the service's sandbox.
mv "$work/Imcdata" /var/spool/imcdata
chown -R 4444:4444 /var/spool/imcdata
find /var/spool/imcdata -type d -exec chmod 2700 {} +
find /var/spool/imcdata -type f -exec chmod 600 {} +
# files lists the messages with their owners and modes.
files() { find /var/spool/imcdata/Out /var/spool/imcdata/In -type f -printf '%P %m %U:%G %s %T@\n' | sort; }
files >/tmp/queue

wants 0 qclean scan -q /var/spool/imcdata
wants 0 qclean policy init --spool /var/spool/imcdata --local-domain ours.com --trusted-relay 192.0.2.0/28 /etc/qclean/policy.toml
wants 0 qclean policy check
sed -i 's/^max-share = 0.5 /max-share = 0.9 /' /etc/qclean/policy.toml
wants 0 qclean policy explain /var/spool/imcdata
wants 10,11 qclean hygiene --dry-run /var/spool/imcdata
files | cmp - /tmp/queue || fail "a dry run changed the queue"
ok "the dry run changed nothing"

wants 10,11 qclean hygiene /var/spool/imcdata
grep -q 'quarantined [0-9]' /tmp/out || { cat /tmp/out >&2; fail "the night says nothing of what it did"; }
kept=$(find /var/spool/imcdata/*.old -type f -not -path '*/.qclean/*' -not -name '.qclean*' -printf '%f\n' -quit)
[ "$kept" ] || fail "there is nothing in quarantine"
wants 0 qclean undo --yes
files | cmp - /tmp/queue || fail "the night was not taken back"
ok "the night is taken back"
: >/var/lib/qclean/known.txt

# The cron line, once its # is taken off, run as cron runs it.
sed -i 's/^#\([0-9].*qclean hygiene.*\)/\1/' /etc/cron.d/qclean
line=$(sed -n 's/^[0-9 *]* root \(.*qclean hygiene.*\)/\1/p' /etc/cron.d/qclean)
rc=0
env -i SHELL=/bin/sh PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LOGNAME=root /bin/sh -c "$line" 2>/tmp/err || rc=$?
case $rc in 10 | 11) ;; *) cat /tmp/err >&2; fail "the cron line → $rc" ;; esac
grep -q 'qclean hygiene' /var/log/qclean.log || fail "the cron line wrote no log"
ok "the cron line: $(tail -1 /var/log/qclean.log | cut -c 1-160)"
if command -v logrotate >/dev/null; then
	wants 0 logrotate -s /tmp/rotated -f /etc/logrotate.d/qclean
	[ -s /var/log/qclean.log.1 ] || fail "the log was not rotated"
	rm -f /var/lib/logrotate/status
fi
wants 0 qclean undo --yes

# as_service runs a command as the unit would have it: its capabilities, no new
# privileges, no network, and all but ReadWritePaths, StateDirectory and a
# drop-in's folder read-only. Namespaces and filters of system calls are
# systemd's own; night.sh looks at the calls below.
as_service() {
	local caps
	caps=$(sed -n 's/^CapabilityBoundingSet=//p' $unit | tr 'A-Z' 'a-z' | sed 's/cap_/,+/g; s/ //g')
	unshare --mount --net --propagation private /bin/bash -ec '
		caps=$1; shift
		for path in $1; do
			path=${path#-}
			if [ -e "$path" ]; then mount --bind "$path" "$path"; fi
		done
		shift
		mount -o remount,bind,ro /
		cd /
		exec setpriv --no-new-privs --inh-caps=-all --bounding-set="-all$caps" "$@"' - \
		"$caps" "$(sed -n 's/^ReadWritePaths=//p' $unit) /var/lib/qclean /var/spool/imcdata" "$@"
}
wants 1 as_service touch /etc/x
exec_start=$(sed -n 's/^ExecStart=//p' $unit)
# shellcheck disable=SC2086
wants 10,11 as_service $exec_start /var/spool/imcdata
wants 0 as_service qclean undo --yes
files | cmp - /tmp/queue || fail "owners, modes or times have changed"
ok "as the service: acted and taken back, every owner, mode and time as before"

if command -v strace >/dev/null && command -v systemd-analyze >/dev/null; then
	# members writes the calls of a set and of the sets in it.
	members() {
		local name
		systemd-analyze syscall-filter "$1" | sed '1d; s/#.*//; s/ //g; /^$/d' | while read -r name; do
			case $name in @*) members "$name" ;; *) echo "$name" ;; esac
		done
	}
	for set in $(sed -n 's/^SystemCallFilter=\([^~]\)/\1/p' $unit); do members "$set"; done | sort -u >/tmp/allowed
	for set in $(sed -n 's/^SystemCallFilter=~//p' $unit); do members "$set"; done | sort -u >/tmp/denied
	# shellcheck disable=SC2086
	strace -f -qq -o /tmp/trace $exec_start /var/spool/imcdata >/dev/null 2>&1 || true
	sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' /tmp/trace | sort -u >/tmp/calls
	comm -23 /tmp/calls /tmp/allowed >/tmp/missing
	comm -12 /tmp/calls /tmp/denied >>/tmp/missing
	[ ! -s /tmp/missing ] || { cat /tmp/missing >&2; fail "system calls that the service forbids"; }
	ok "system calls: $(wc -l </tmp/calls) kinds, all of them allowed"
fi

# The other MTAs' spools, which the unit names itself.
cat >/etc/qclean/all.toml <<'P'
[[rule]]
name = "everything"
match = 'true'
do = "quarantine"
also = ["weak", "unknown", "legitimate", "bulk"]
[limits]
max-share = 1.0
P
for mta in postfix exim; do
	mkdir -m 2750 /var/spool/$mta
	tar -xzf "$here/../../scan/spool/$mta/testdata/"*.tar.gz -C /var/spool/$mta
	rm -rf /var/spool/$mta/text /var/spool/$mta/listing.json
	chown -R 4545:4545 /var/spool/$mta
	find /var/spool/$mta -type d -exec chmod 2700 {} +
	before=$(find /var/spool/$mta -type f -printf '%f\n' | sort)
	wants 10,11 as_service qclean hygiene --policy /etc/qclean/all.toml /var/spool/$mta
	sed -n 's/.*\(quarantined [0-9]*\).*/      \1/p' /tmp/out
	wants 0 as_service qclean undo --yes --spool /var/spool/$mta
	[ "$before" = "$(find /var/spool/$mta -path '*/.old' -prune -o -type f -printf '%f\n' | sort)" ] || fail "not all of $mta's mail is back"
	rm -r /var/spool/$mta
done
rm /etc/qclean/all.toml
