#!/bin/sh
# Draws build/appicon.svg again as the PNG and ICO that packages need. Run by
# hand after a change to the drawing; the results are committed.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
printf '<!doctype html><style>body{margin:0}svg{display:block}</style>' >"$work/icon.html"
cat build/appicon.svg >>"$work/icon.html"
chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --hide-scrollbars \
	--default-background-color=00000000 --window-size=512,512 --screenshot="$work/icon.png" "file://$work/icon.html" >/dev/null 2>&1
/usr/bin/convert "$work/icon.png" -strip -define png:compression-level=9 build/appicon.png
/usr/bin/convert build/appicon.png -define icon:auto-resize=256,128,64,48,32,16 build/windows/icon.ico
