#!/usr/bin/env bash
# One node of Kubernetes with its control plane, in the foreground, in namespaces of its own.
#
#   cluster/node/run.sh FOLDER     data, keys, logs and admin.kubeconfig are in FOLDER; images are FOLDER/images/*.tar
#
# Needs root and what `make node` gets. Nothing of the machine's network, mounts or processes is touched, and nothing of
# the node is reached from outside but through FOLDER/bin/kubectl, helm, net and enter. SIGTERM ends it and all of its pods,
# so does the end of the process that started it; data and keys are removed then and FOLDER/log stays. Its cgroups are
# removed then, too, or before the next node starts.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# = 1 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
mkdir -p "$1"
FOLDER=$(cd "$1" && pwd)
CONTROL_PLANE=$("$HERE/../build.sh" folder) PROGRAMS=$("$HERE/build.sh" folder)
CGROUP=sealane-node-$$
export FOLDER CGROUP CONTROL_PLANE PROGRAMS PATH="$PROGRAMS:$CONTROL_PLANE:$PATH:/usr/sbin:/sbin"

fail() { printf '%s\n' "$*" >&2; exit 1; }

check() {
  local program
  "$HERE/able.sh" || exit 1
  for program in etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl dns helm; do
    command -v "$program" >/dev/null || fail "$program is missing: run 'make node'."
  done
}

remove_cgroups() { # of a node that has ended; bottom-up, and again while the kernel still counts its last processes
  local try
  for try in $(seq 20); do
    find /sys/fs/cgroup -depth -type d -path "*/$1*" -exec rmdir {} + 2>/dev/null || true
    [ -n "$(find /sys/fs/cgroup -maxdepth 2 -type d -name "$1" -print -quit)" ] || return 0
    sleep 0.25
  done
}

remove_stale_cgroups() { # of nodes whose run.sh was killed before it could
  local left
  for left in $(find /sys/fs/cgroup -maxdepth 2 -type d -name 'sealane-node-*' -printf '%f\n' | sort -u); do
    [ -d "/proc/${left##*-}" ] || remove_cgroups "$left"
  done
}

tools() { # programs of the machine, in the network of the node; they end with whoever called them
  local program
  mkdir -p "$FOLDER/bin"
  for program in kubectl helm; do
    { # nodes share their address, and must not share what is remembered of it
      printf '#!/bin/sh\nexport KUBECONFIG="${KUBECONFIG:-%s}" ' "$FOLDER/admin.kubeconfig"
      printf 'KUBECACHEDIR="${KUBECACHEDIR:-%s}"\n' "$FOLDER/cache"
      printf 'exec setpriv --pdeathsig KILL nsenter -t %s -n "%s" "$@"\n' "$1" "$(command -v $program)"
    } >"$FOLDER/bin/$program"
  done
  printf '#!/bin/sh\nexec setpriv --pdeathsig KILL nsenter -t %s -n "$@"\n' "$1" >"$FOLDER/bin/net"
  printf '#!/bin/sh\nexec nsenter -t %s -m -n -u -p "$@"\n' "$1" >"$FOLDER/bin/enter"
  chmod +x "$FOLDER"/bin/*
}

remove_data() { # again while the last processes still write
  local try
  for try in $(seq 20); do
    rm -rf --one-file-system "$FOLDER"/{bin,cache,containerd,etcd,mnt,pki} "$FOLDER"/*.kubeconfig 2>/dev/null && return
    sleep 0.25
  done
}

end() { # SIGKILL to pid 1 of a pid namespace ends everything in it
  trap '' INT TERM HUP
  [ -z "${outer:-}" ] || { kill -9 "$outer" 2>/dev/null || true; wait "$outer" 2>/dev/null || true; }
  remove_cgroups "$CGROUP"
  remove_data
}

check
remove_stale_cgroups
trap end EXIT
trap 'exit 143' INT TERM HUP
mkdir -p "$FOLDER/log"
setpriv --pdeathsig KILL unshare --mount --net --pid --uts --fork --kill-child --mount-proc \
  "$HERE/inside.sh" >"$FOLDER/log/node.log" 2>&1 9>&- &
outer=$!
until first=$(cat "/proc/$outer/task/$outer/children" 2>/dev/null) && [ -n "$first" ]; do
  kill -0 "$outer" || fail "The node's namespaces cannot be made: $(cat "$FOLDER/log/node.log")"
  sleep 0.05
done
tools "${first%% *}"
wait "$outer"
