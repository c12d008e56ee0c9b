#!/usr/bin/env bash
# Whether a node can run on this machine: says in one line what is in the way, and fails; nothing is left of the trial.
#
#   cluster/node/able.sh
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

no() { printf 'A node of Kubernetes cannot run here: %s.\n' "$*" >&2; exit 1; }

apart() { unshare --mount --net --pid --uts --fork --kill-child --mount-proc "$@" >/dev/null 2>&1; }

controllers() { # those of v1 are folders, those of v2 are words
  cat /sys/fs/cgroup/cgroup.controllers 2>/dev/null || ls /sys/fs/cgroup
}

writable() { # the folder in which a node would begin
  local trial=/sys/fs/cgroup/sealane-trial-$$
  [ -f /sys/fs/cgroup/cgroup.controllers ] || trial=/sys/fs/cgroup/memory/sealane-trial-$$
  mkdir "$trial" 2>/dev/null && rmdir "$trial"
}

# What kube-proxy writes: translation of addresses, a choice by chance, what is local.
RULES='add table ip trial
add chain ip trial nat { type nat hook prerouting priority -100; }
add rule ip trial nat fib daddr type local numgen random mod 2 vmap { 0 : accept, 1 : accept }
add rule ip trial nat ip protocol tcp dnat to 127.0.0.1:1
add rule ip trial nat ct state established accept'

[ "$(uname -s)" = Linux ] || no "it needs Linux"
[ "$(id -u)" = 0 ] || no "it needs root"
LACKING=$("$HERE/packages.sh" missing)
[ -z "$LACKING" ] || no "packages are missing (${LACKING% }); 'make node' installs them"
apart true || no "namespaces of its own (mount, net, pid, uts) are not granted"
apart ip link add trial0 type veth peer name trial1 || no "this kernel has no veth interfaces"
apart nft "$RULES" || no "this kernel has not all of nftables that kube-proxy uses (nat, fib, numgen, ct)"
# shellcheck disable=SC2016 # the inner shell's own
apart sh -c 'mount -t tmpfs none /mnt && cd /mnt && mkdir l u w m && mount -t overlay -o lowerdir=l,upperdir=u,workdir=w none m' ||
  no "overlay file systems cannot be mounted"
for each in cpu cpuset memory pids; do
  controllers | tr ' ' '\n' | grep -qx "$each" || no "there is no cgroup controller '$each'"
done
writable || no "control groups cannot be made"
