#!/usr/bin/env bash
# promtool, which tests the alerts, and Prometheus, which answers the dashboards: the machine's own, else Debian's,
# unpacked beside the cache of the control plane.
#
#   cluster/promtool.sh                     get both when one is missing; say where promtool is
#   cluster/promtool.sh program [NAME]      only say where promtool (or prometheus) is, or would be
set -euo pipefail

CACHE=${XDG_CACHE_HOME:-~/.cache}/sealane/promtool

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null; }

download() { (cd "$1" && apt-get -qq -o APT::Sandbox::User=root download prometheus >&2); }

fetch() { # unpacked, not installed: as an installed package it would start a service
  have apt-get && have dpkg-deb ||
    fail "promtool or prometheus is missing: install Prometheus (Debian and Homebrew call it prometheus), and both are found on the path."
  say "Fetching Debian's prometheus with its promtool."
  mkdir -p "$CACHE"
  new=$(mktemp -d "$CACHE/fetching.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  download "$new" || { [ "$(id -u)" = 0 ] && apt-get update -qq >&2 && download "$new"; } ||
    fail "promtool is missing and apt-get cannot fetch it: run 'apt-get update' as root, or install prometheus yourself."
  dpkg-deb -x "$new"/*.deb "$new"
  for name in prometheus promtool; do mv "$new/usr/bin/$name" "$CACHE/$name"; done # each whole or not at all
}

program() { command -v "$1" || printf '%s\n' "$CACHE/$1"; }

case ${1:-get} in
  program) ;;
  get) [ -x "$(program promtool)" ] && [ -x "$(program prometheus)" ] || fetch ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
program "${2:-promtool}"
