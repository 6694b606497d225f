#!/bin/sh
# Drives the real window: window-test.sh BINARY. It needs no display and no
# session: it brings a screen, a bus and a window manager of its own, and takes
# them away again.
set -eu
cd "$(dirname "$0")/../.."
binary=${1:-build/bin/creel}
mkdir -p build/tmp
# The bus and what it starts are chatty; only the test itself is heard.
exec 3>&1 4>&2
exec dbus-run-session -- sh -c 'exec /usr/bin/python3 build/windowtest/drive.py "$1" build/tmp >&3 2>&4' \
	window-test "$binary" </dev/null >build/tmp/bus.log 2>&1
