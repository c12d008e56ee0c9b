#!/usr/bin/env bash
# What a node of Kubernetes needs beyond the control plane: kube-scheduler, kubelet, kube-proxy, helm and a DNS server.
#
#   cluster/node/build.sh                get what is missing, once; say where it is
#   cluster/node/build.sh PROGRAM...     only these of them; `helm` alone takes a third of the time
#   cluster/node/build.sh folder         only say where they are, or would be
#
# Those of Kubernetes are built from kubernetes/go.mod, which names the versions of the control plane's ../go.mod, so that
# the compiler finds most of it done; helm and dns from the go.mod beside this file. A change here never makes anybody
# build the control plane anew.
set -euo pipefail

RECIPE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-~/.cache}/sealane/node
OURS="helm dns" KUBERNETES="kube-scheduler kube-proxy kubelet"
KEPT=3 # folders of earlier recipes, for branches that still use them

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null; }

version() { awk -v module="$1" '$1 == module { print $2 }' "$RECIPE/go.mod" "$RECIPE/kubernetes/go.mod"; }

checksum() { # what was built for another machine or from another recipe is another folder
  { uname -sm; cat "$RECIPE"/go.* "$RECIPE"/kubernetes/go.* "$RECIPE/build.sh" "$RECIPE/dns/main.go"; } |
    if have sha256sum; then sha256sum; else shasum -a 256; fi | cut -c 1-16
}

only_one() { # two terminals may ask at once; where flock exists the second waits for the first
  have flock || return 0
  exec 9>"$CACHE/lock"
  flock -n 9 || { say "Another build is running; waiting for it."; flock 9; }
  rm -rf "$CACHE"/building.*
}

find_go() { # where Go's own installer puts it, not every shell looks
  have go || PATH=$PATH:${GOROOT:-/usr/local/go}/bin
  have go || fail "Go is missing: install $(awk '/^go / { print $2 }' "$RECIPE/go.mod") or newer to build $*."
}

package() {
  case $1 in
    helm) echo helm.sh/helm/v4/cmd/helm ;;
    dns) echo ./dns ;;
    *) echo "k8s.io/kubernetes/cmd/$1" ;;
  esac
}

stamps() { # without them the programs call themselves v0.0.0
  local kubernetes minor
  kubernetes=$(version k8s.io/kubernetes) minor=${kubernetes#*.}
  printf -- '-X k8s.io/component-base/version.%s ' "gitVersion=$kubernetes" gitMajor=1 "gitMinor=${minor%%.*}"
  printf -- '-X helm.sh/helm/v4/internal/version.version=%s' "$(version helm.sh/helm/v4)"
}

compile() { # module folder program...; at the lowest priority, so that people go on working meanwhile
  local module=$1 into=$2 program packages=() total
  shift 2
  [ $# -gt 0 ] || return 0
  for program; do packages+=("$(package "$program")"); done
  export CGO_ENABLED=0 GOFLAGS=-mod=readonly GOWORK=off
  say "Building $*; this happens once and takes some minutes."
  cd "$module"
  go mod download
  total=$(go list -deps "${packages[@]}" | wc -l)
  nice -n 19 go build -v -trimpath -o "$into/" -ldflags "-s -w $(stamps)" "${packages[@]}" 2>&1 | progress "$total"
}

progress() { # go build -v writes the name of each package it compiles; everything else it writes is for people
  awk -v total="$(($1))" '/ |:/ { print; next } ++done % 100 == 0 { print done " of " total " packages"; fflush() }' >&2
}

prune() { # the newest folders stay
  find "$CACHE" -mindepth 1 -maxdepth 1 -type d -name '????????????????' -exec ls -1dt {} + | tail -n +$((KEPT + 1)) |
    while IFS= read -r old; do rm -rf "$old"; done
}

missing() { # program...
  local program
  for program; do [ -x "$FOLDER/$program" ] || printf '%s ' "$program"; done
}

among() { # list program...: those of the programs that are in the list
  local list=" $1 " program
  shift
  for program; do case $list in *" $program "*) printf '%s ' "$program" ;; esac; done
}

build() { # program...; each appears whole or not at all
  mkdir -p "$CACHE"
  only_one
  set -- $(missing "$@")
  [ $# -gt 0 ] || return 0
  new=$(mktemp -d "$CACHE/building.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  find_go "$@"
  (compile "$RECIPE" "$new" $(among "$OURS" "$@"))
  (compile "$RECIPE/kubernetes" "$new" $(among "$KUBERNETES" "$@"))
  mkdir -p "$FOLDER"
  mv "$new"/* "$FOLDER/"
  prune
}

FOLDER=$CACHE/$(checksum)
case ${1:-all} in
  folder) ;;
  all) build $OURS $KUBERNETES ;;
  *)
    [ $# -eq "$(among "$OURS $KUBERNETES" "$@" | wc -w)" ] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
    build "$@" ;;
esac
printf '%s\n' "$FOLDER"
