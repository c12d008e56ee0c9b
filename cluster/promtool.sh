#!/usr/bin/env bash
# promtool, which tests the alerts: the machine's own, else Debian's, unpacked beside the cache of the control plane.
#
#   cluster/promtool.sh          get it when it is missing; say where it is
#   cluster/promtool.sh program  only say where it is, or would be
set -euo pipefail

CACHE=${XDG_CACHE_HOME:-~/.cache}/sealane/promtool

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null; }

download() { (cd "$1" && apt-get -qq -o APT::Sandbox::User=root download prometheus >&2); }

fetch() { # unpacked, not installed: as an installed package it would start a service
  have apt-get && have dpkg-deb ||
    fail "promtool is missing: install Prometheus (Debian and Homebrew call it prometheus), and it is found on the path."
  say "Fetching Debian's prometheus for its promtool."
  mkdir -p "$CACHE"
  new=$(mktemp -d "$CACHE/fetching.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  download "$new" || { [ "$(id -u)" = 0 ] && apt-get update -qq >&2 && download "$new"; } ||
    fail "promtool is missing and apt-get cannot fetch it: run 'apt-get update' as root, or install prometheus yourself."
  dpkg-deb -x "$new"/*.deb "$new"
  mv "$new/usr/bin/promtool" "$CACHE/promtool" # whole or not at all
}

PROGRAM=$(command -v promtool || printf '%s\n' "$CACHE/promtool")
case ${1:-get} in
  program) ;;
  get) [ -x "$PROGRAM" ] || fetch ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
printf '%s\n' "$PROGRAM"
