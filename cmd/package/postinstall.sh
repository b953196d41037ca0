#!/bin/sh
# Makes the units known. Nothing is enabled: a tool that acts on people's mail
# begins when somebody who wrote a policy says so, not when it is installed or
# upgraded.
set -e
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
fi
