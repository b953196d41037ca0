#!/bin/sh
# Quarantined mail lies in the spools and is never deleted. The state stays on
# removal; dpkg's purge deletes what qclean writes into it, by name, so that
# mail which somebody put there with --old is still there afterwards. rpm has
# no purge: there the state is deleted by hand.
set -e
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
fi
if [ "$1" = purge ]; then
	rm -f /etc/qclean/policy.toml /var/log/qclean.log /var/log/qclean.log.*
	rm -f /var/lib/qclean/last /var/lib/qclean/known.txt
	rm -rf /var/lib/qclean/spools
	for dir in /var/lib/qclean /etc/qclean; do
		[ ! -d "$dir" ] || rmdir --ignore-fail-on-non-empty "$dir"
	done
fi
