#!/usr/bin/env bash
# Kubernetes for the tests, without a container engine: etcd, kube-apiserver, kube-controller-manager and kubectl.
#
#   cluster/build.sh          get what is missing, once; say where it is
#   cluster/build.sh folder   only say where it is, or would be
#
# Kubernetes is built from the Go modules that go.mod and go.sum name; etcd is the machine's own, or Debian's.
# KUBEBUILDER_ASSETS, a folder that holds these programs already, replaces all of it.
set -euo pipefail

RECIPE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-~/.cache}/sealane/cluster
VERSION=$(awk '$1 == "k8s.io/kubernetes" { print $2 }' "$RECIPE/go.mod")
PROGRAMS="kube-apiserver kube-controller-manager kubectl"
KEPT=3 # folders of earlier recipes, for branches that still use them

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null; }

checksum() { # what was built for another machine or from another recipe is another folder
  { uname -sm; cat "$RECIPE/go.mod" "$RECIPE/go.sum" "$RECIPE/build.sh"; } |
    if have sha256sum; then sha256sum; else shasum -a 256; fi | cut -c 1-16
}

only_one() { # two terminals may ask at once; where flock exists the second waits for the first
  have flock || return 0
  exec 9>"$CACHE/lock"
  flock -n 9 || { say "Another build is running; waiting for it."; flock 9; }
  rm -rf "$CACHE"/building.*
}

etcd_into() { # unpacked, not installed: as an installed package it would start a service
  have etcd && return
  have apt-get && have dpkg-deb ||
    fail "etcd is missing: install it (Debian calls it etcd-server), or set KUBEBUILDER_ASSETS to a folder that has it."
  say "Fetching Debian's etcd-server."
  mkdir "$1/debian"
  download_etcd "$1/debian" || { [ "$(id -u)" = 0 ] && apt-get update -qq >&2 && download_etcd "$1/debian"; } ||
    fail "etcd is missing and apt-get cannot fetch it: run 'apt-get update' as root, or install etcd-server yourself."
  dpkg-deb -x "$1"/debian/*.deb "$1/debian"
  mv "$1/debian/usr/bin/etcd" "$1/etcd"
  rm -r "$1/debian"
}

download_etcd() { (cd "$1" && apt-get -qq -o APT::Sandbox::User=root download etcd-server >&2); }

find_go() { # where Go's own installer puts it, not every shell looks
  have go || PATH=$PATH:${GOROOT:-/usr/local/go}/bin
  have go || fail "Go is missing: install $(awk '/^go / { print $2 }' "$RECIPE/go.mod") or newer to build" \
    "Kubernetes, or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl."
}

kubernetes_into() { # at the lowest priority, so that people go on working meanwhile
  local stamp=k8s.io/component-base/version minor=${VERSION#*.} packages total
  packages=$(printf 'k8s.io/kubernetes/cmd/%s ' $PROGRAMS)
  export CGO_ENABLED=0 GOFLAGS=-mod=readonly GOWORK=off
  say "Building Kubernetes $VERSION; this happens once and takes about a quarter of an hour."
  cd "$RECIPE"
  go mod download
  total=$(go list -deps $packages | wc -l)
  nice -n 19 go build -v -trimpath -o "$1/" -ldflags \
    "-s -w -X $stamp.gitVersion=$VERSION -X $stamp.gitMajor=1 -X $stamp.gitMinor=${minor%%.*}" $packages 2>&1 |
    progress "$total"
}

progress() { # go build -v writes the name of each package it compiles; everything else it writes is for people
  awk -v total="$(($1))" '/ |:/ { print; next } ++done % 100 == 0 { print done " of " total " packages"; fflush() }' >&2
}

prune() { # the newest folders stay
  find "$CACHE" -mindepth 1 -maxdepth 1 -type d -exec ls -1dt {} + | tail -n +$((KEPT + 1)) |
    while IFS= read -r old; do rm -rf "$old"; done
}

build() {
  mkdir -p "$CACHE"
  only_one
  new=$(mktemp -d "$CACHE/building.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  if [ ! -d "$FOLDER" ]; then
    find_go
    etcd_into "$new"
    (kubernetes_into "$new")
    mv "$new" "$FOLDER" # whole or not at all
    prune
  elif [ ! -x "$FOLDER/etcd" ]; then # it was the machine's own, and may be gone
    etcd_into "$new"
    [ ! -x "$new/etcd" ] || mv "$new/etcd" "$FOLDER/etcd"
  fi
}

given() { # a folder that somebody else filled
  local program
  for program in etcd kube-apiserver kubectl; do
    [ -x "$FOLDER/$program" ] || fail "KUBEBUILDER_ASSETS is $FOLDER, and there is no $program in it."
  done
}

FOLDER=${KUBEBUILDER_ASSETS:-$CACHE/$(checksum)}
case ${1:-build} in
  folder) ;;
  build) if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then given; else build; fi ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
printf '%s\n' "$FOLDER"
