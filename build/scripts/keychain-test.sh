#!/bin/sh
# Tests secrets against a real keychain: keychain-test.sh BINARY. It needs no
# display and no session, and touches nobody's keyring: the bus, the home and
# the gnome-keyring-daemons are the test's own, and are gone after it.
set -eu
cd "$(dirname "$0")/../.."
binary=$(realpath "${1:-build/bin/creel-headless}")
mkdir -p build/tmp
# Compiled here, where Go's caches are; run where HOME is another.
go test -tags keychain -c -o build/tmp/keychain.test ./backend/secret
test=$(realpath build/tmp/keychain.test)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir -m 700 "$place/home" "$place/run"
cd "$place"
exec 3>&1 4>&2
# The bus and what it starts are chatty; only the test itself is heard.
env -i PATH="$PATH" HOME="$place/home" TMPDIR="${TMPDIR:-/tmp}" XDG_RUNTIME_DIR="$place/run" LANG=C.UTF-8 CREEL_BIN="$binary" \
	dbus-run-session -- sh -c 'exec "$1" -test.v -test.run "^TestKeychain" -test.timeout 4m >&3 2>&4' keychain-test "$test" \
	</dev/null >"$place/bus.log" 2>&1
