#!/bin/sh
# Writes frontend/wailsjs, the page's view of the methods bound in app.go.
# With "check" it compares instead, and fails when the two have drifted apart.
#
# A build with the tag "bindings" generates and exits when it would open the
# window, but runs everything before that: hence a data folder of its own and
# a free catch port.
set -eu
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cp wails.json "$work/"
mkdir -p "$work/frontend"

go build -buildvcs=false -tags bindings -o "$work/bindings" .
(cd "$work" && CREEL_DATA="$work/data" tsoutputtype=interfaces \
	./bindings --catch 127.0.0.1:0 </dev/null >"$work/log" 2>&1) || {
	cat "$work/log" >&2
	exit 1
}
# Wails makes every file executable; these are not programs.
find "$work/frontend/wailsjs" -type f -exec chmod 644 {} +

if [ "${1:-}" = check ]; then
	if ! diff -ru frontend/wailsjs "$work/frontend/wailsjs" >&2; then
		echo "frontend/wailsjs does not match app.go: run 'make bindings' and commit it" >&2
		exit 1
	fi
else
	rm -rf frontend/wailsjs
	cp -R "$work/frontend/wailsjs" frontend/wailsjs
fi
