#!/bin/sh
# Both dpkg (remove) and rpm (0) say when this is no upgrade. A run under way is
# stopped at a consistent point; what it moved is journalled.
set -e
case "$1" in
remove | 0)
	if [ -d /run/systemd/system ]; then
		systemctl stop qclean-hygiene.timer qclean-hygiene.service || true
	fi
	if command -v systemctl >/dev/null; then
		systemctl disable qclean-hygiene.timer || true
	fi
	;;
esac
