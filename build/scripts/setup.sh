#!/bin/sh
# Sets a machine up: "setup.sh run" for building and launching, "setup.sh test"
# for the tests too. On Debian and Ubuntu it installs what is missing; on other
# systems it says what to install. It asks nothing and is quick when all is
# there.
set -eu

need=${1:-test}

say() { printf '%s\n' "$*" >&2; }

has() { command -v "$1" >/dev/null 2>&1; }

# Go and Node come first: no system package is new enough everywhere.
missing=
if ! has go; then missing="$missing Go 1.26 or newer (https://go.dev/dl/);"; fi
if ! has node || [ "$(node -p 'Number(process.versions.node.split(".")[0])')" -lt 20 ]; then
	missing="$missing Node 20 or newer with npm (https://nodejs.org/);"
fi
if [ -n "$missing" ]; then
	say "Please install:${missing%;}"
	exit 1
fi

case "$(uname -s)" in
Linux) ;;
Darwin)
	if ! xcode-select -p >/dev/null 2>&1; then
		say "Please run: xcode-select --install"
		exit 1
	fi
	if [ "$need" = test ]; then
		say "On macOS the browser tests need Chrome or Chromium; the real-window test runs on Linux only."
	fi
	exit 0
	;;
*)
	say "On Windows the window needs the WebView2 runtime, which Windows 11 has"
	say "(else https://developer.microsoft.com/microsoft-edge/webview2/)."
	say "The browser tests need Chrome or Chromium; the real-window test runs on Linux only."
	exit 0
	;;
esac

run_packages="gcc libc6-dev make pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev"
test_packages="git strace xvfb xauth dbus-x11 dbus-daemon gnome-keyring at-spi2-core python3 python3-pyatspi gir1.2-atspi-2.0 openbox imagemagick fonts-dejavu-core"

if ! has dpkg-query || ! has apt-get; then
	if pkg-config --exists gtk+-3.0 webkit2gtk-4.1 2>/dev/null; then
		exit 0
	fi
	say "Please install the development packages of GTK 3 and WebKitGTK 4.1:"
	say "  Fedora:  sudo dnf install gcc pkgconf gtk3-devel webkit2gtk4.1-devel"
	say "  Arch:    sudo pacman -S --needed base-devel gtk3 webkit2gtk-4.1"
	say "The tests also need: Xvfb, dbus, gnome-keyring, at-spi2-core, pyatspi, openbox, ImageMagick, Chromium."
	exit 1
fi

wanted=$run_packages
if [ "$need" = test ]; then
	wanted="$wanted $test_packages"
	# Ubuntu's chromium is a snap; a Chrome that is there already will do.
	if ! has chromium && ! has chromium-browser && ! has google-chrome; then
		wanted="$wanted chromium"
	fi
fi

lacking=
for package in $wanted; do
	if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]; then
		lacking="$lacking $package"
	fi
done
# pkgconf took pkg-config's place in newer releases.
if has pkg-config; then
	lacking=$(printf '%s' "$lacking" | sed 's/ pkg-config\b//')
fi
if [ -z "$lacking" ]; then
	exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! has sudo; then
		say "Please run as root: apt-get install$lacking"
		exit 1
	fi
	as_root=sudo
fi
say "Installing:$lacking"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q </dev/null
# The words of $lacking are package names, one argument each.
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $lacking </dev/null
