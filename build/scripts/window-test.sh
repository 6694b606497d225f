#!/bin/sh
# Drives the real window: window-test.sh BINARY. It needs no display and no
# session: it brings a screen, a bus and a window manager of its own, and takes
# them away again.
set -eu
cd "$(dirname "$0")/../.."
binary=${1:-build/bin/creel}
mkdir -p build/tmp
exec dbus-run-session -- /usr/bin/python3 build/windowtest/drive.py "$binary" build/tmp </dev/null
