#!/usr/bin/env bash
# Chromium, in which the investigator's page is tested: the machine's own, else Debian's, installed.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

for name in chromium chromium-browser google-chrome google-chrome-stable; do
  ! command -v "$name" >/dev/null || exit 0
done

install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; }

{ [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; } ||
  fail "Chromium is missing, and only root on Debian can have it installed here; install it yourself."
say "Installing Debian's Chromium."
install || { apt-get update -qq && install; } || fail "apt-get cannot install chromium; install it yourself."
