#!/bin/sh
# Builds what is handed out: package.sh linux|windows|darwin. The files land in
# build/bin/release. "windows" crosses over from any system; "linux" and
# "darwin" are built at home.
set -eu
cd "$(dirname "$0")/../.."

system=${1:?usage: package.sh linux|windows|darwin}
described=$(git describe --tags --always --dirty 2>/dev/null || echo dev)
# Packages want numbers; a commit without a tag is a snapshot of 0.0.0.
case "$described" in
v[0-9]*) VERSION=${described#v} ;;
*) VERSION="0.0.0~$described" ;;
esac
export VERSION
out=build/bin/release
mkdir -p "$out"
flags="-s -w -X main.version=$described"

case "$system" in
linux)
	make build headless VERSION="$described"
	ARCH=$(go env GOARCH)
	tree=$(mktemp -d)
	trap 'rm -rf "$tree"' EXIT INT TERM
	chmod 755 "$tree"
	install -D -m 755 build/bin/creel "$tree/usr/bin/creel"
	install -D -m 644 build/linux/creel.desktop "$tree/usr/share/applications/creel.desktop"
	install -D -m 644 build/appicon.png "$tree/usr/share/icons/hicolor/512x512/apps/creel.png"
	install -D -m 644 build/appicon.svg "$tree/usr/share/icons/hicolor/scalable/apps/creel.svg"
	install -D -m 644 LICENSE "$tree/usr/share/doc/creel/copyright"
	size=$(du -sk "$tree/usr" | cut -f1)
	mkdir "$tree/DEBIAN"
	sed "s/@VERSION@/$VERSION/; s/@ARCH@/$ARCH/; s/@SIZE@/$size/" build/linux/control >"$tree/DEBIAN/control"
	dpkg-deb --build --root-owner-group "$tree" "$out/creel_${VERSION}_${ARCH}.deb"
	tar -czf "$out/creel-${VERSION}-linux-${ARCH}.tar.gz" \
		-C build/bin creel creel-headless -C ../linux creel.desktop -C .. appicon.png -C .. LICENSE
	;;
windows)
	make page
	trap 'rm -f rsrc_windows_*.syso' EXIT INT TERM
	go run github.com/tc-hib/go-winres@v0.3.3 make --in build/windows/winres.json --arch amd64 --out rsrc \
		--product-version "${described#v}" --file-version "${described#v}"
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build -buildvcs=false -trimpath -tags desktop,production \
		-ldflags "$flags -H windowsgui" -o "$out/creel-${VERSION}-windows-amd64.exe" .
	;;
darwin)
	make build headless VERSION="$described"
	app=build/bin/Creel.app
	rm -rf "$app"
	mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources"
	cp build/bin/creel "$app/Contents/MacOS/creel"
	sed "s/@VERSION@/${VERSION%%[~-]*}/" build/darwin/Info.plist >"$app/Contents/Info.plist"
	icons=$(mktemp -d)/creel.iconset
	mkdir -p "$icons"
	for size in 16 32 128 256 512; do
		sips -z $size $size build/appicon.png --out "$icons/icon_${size}x${size}.png" >/dev/null
	done
	iconutil -c icns "$icons" -o "$app/Contents/Resources/creel.icns"
	codesign --force --sign - "$app" # ad hoc: Apple silicon starts nothing unsigned
	ditto -c -k --keepParent "$app" "$out/creel-${VERSION}-macos-$(go env GOARCH).zip"
	;;
*)
	echo "usage: package.sh linux|windows|darwin" >&2
	exit 2
	;;
esac
ls -l "$out"
