#!/bin/sh
# Makes sure that there is a Chromium, with the fonts that the compared screenshots were made with: installs Debian's
# where that is possible.
set -eu

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo 'installing Chromium …' &&
        apt-get update -qq && apt-get install -y -qq chromium fonts-liberation >/dev/null
}

command -v chromium >/dev/null || install || {
    echo 'recmail: there is no Chromium: install it (Debian, as root: apt-get install chromium) and try again' >&2
    exit 1
}
