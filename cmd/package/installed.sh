# Part of check.sh: what has to be there once a package is installed.
wants 0 qclean version
for page in qclean qclean-hygiene qclean-policy qclean-where; do
	if command -v man >/dev/null && ! [ -e /etc/dpkg/dpkg.cfg.d/excludes ]; then
		man --warnings "$page" >/tmp/out 2>/tmp/err || fail "man $page"
		[ ! -s /tmp/err ] || { cat /tmp/err >&2; fail "man $page warns"; }
	elif [ ! -e "/usr/share/man/man8/$page.8.gz" ]; then
		fail "there is no page $page"
	fi
done
ok "man qclean, qclean-hygiene, qclean-policy, qclean-where"
bash -c '. /usr/share/bash-completion/completions/qclean && complete -p qclean' >/tmp/out || fail "bash completion"
qclean __complete hyg >/tmp/out 2>/dev/null
grep -q ^hygiene /tmp/out || fail "completion knows no hygiene"
ls /usr/share/zsh/*/_qclean /usr/share/fish/vendor_completions.d/qclean.fish >/tmp/out || fail "zsh and fish completion"
ok "completions for bash, zsh, fish"

unit=/usr/lib/systemd/system/qclean-hygiene.service
if command -v systemd-analyze >/dev/null; then
	wants 0 systemd-analyze verify $unit "${unit%.service}.timer"
	[ ! -s /tmp/err ] || { cat /tmp/err >&2; fail "systemd-analyze verify warns"; }
	# The threshold is in tenths; what is below 5.0 is called OK.
	wants 0 systemd-analyze security --offline=true --threshold=25 $unit
	tail -1 /tmp/out
else
	echo "skip  there is no systemd-analyze here"
fi
[ -z "$(find /etc/systemd/system -name 'qclean-hygiene*')" ] || fail "the timer is enabled, and nobody wrote a policy"
grep -q '^#.*qclean hygiene' /etc/cron.d/qclean && ! grep -q '^[^#].*qclean hygiene' /etc/cron.d/qclean || fail "the cron line is on"
ok "nothing is enabled"
