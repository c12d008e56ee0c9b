#!/usr/bin/env bash
# Debian's packages that a node and the building of images need: installed when they are missing, and nothing with them.
#
#   cluster/node/packages.sh           install what is missing (root)
#   cluster/node/packages.sh missing   only say what is missing
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
have() { PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null; }

missing() { # program package; a program that came otherwise will do
  while read -r program package; do
    have "$program" || printf '%s ' "$package"
  done <<'END'
containerd containerd
runc runc
/usr/lib/cni/ptp containernetworking-plugins
buildah buildah
mmdebstrap mmdebstrap
catatonit catatonit
iptables iptables
nft nftables
conntrack conntrack
ip iproute2
ethtool ethtool
openssl openssl
socat socat
END
}

install() { # without starting what it installs: nodes start their own
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

LACKING=$(missing)
case ${1:-install} in
  missing) printf '%s\n' "$LACKING" ;;
  install)
    [ -n "$LACKING" ] || exit 0
    { [ "$(id -u)" = 0 ] && have apt-get; } ||
      fail "A node needs packages that are missing, and only root on Debian can have them installed: $LACKING"
    say "Installing $LACKING"
    # shellcheck disable=SC2086 # a list of words
    install $LACKING || { apt-get update -qq && install $LACKING; } ||
      fail "apt-get cannot install these; install them yourself: $LACKING" ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
