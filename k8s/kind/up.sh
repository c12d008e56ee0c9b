#!/usr/bin/env bash
# `make kind`: a cluster in Docker with Sealane from this very source, for people who have Docker and kind.
#
#   k8s/kind/up.sh       make the cluster if there is none, build and load the images, install or upgrade the chart, test it
#   k8s/kind/up.sh down  remove the cluster
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

CLUSTER=sealane
HELM=$(cluster/node/build.sh folder)/helm
[ -x "$HELM" ] || HELM=helm

say() { printf '%s\n' "$*" >&2; }

need() { # program, where it comes from
  command -v "$1" >/dev/null && return
  say "$1 is missing: $2"
  MISSING=true
}

MISSING=false
need docker "https://docs.docker.com/engine/install"
need kind "https://kind.sigs.k8s.io, or: go install sigs.k8s.io/kind@latest"
need kubectl "https://kubernetes.io/docs/tasks/tools"
need "$HELM" "'make helm' builds it"
$MISSING && { say "Without Docker, 'make node-run' runs a node on this machine instead (root)."; exit 1; }
docker info >/dev/null 2>&1 || { say "Docker does not answer: start it, or see 'docker info'."; exit 1; }

if [ "${1:-}" = down ]; then exec kind delete cluster --name "$CLUSTER"; fi

kind get clusters 2>/dev/null | grep -qx "$CLUSTER" || kind create cluster --config k8s/kind/cluster.yaml --wait 120s
for target in router operator; do
  docker build --target "$target" --tag "localhost/sealane/$target:kind" .
  kind load docker-image "localhost/sealane/$target:kind" --name "$CLUSTER"
done
"$HELM" upgrade --install sealane charts/sealane --kube-context "kind-$CLUSTER" --namespace sealane-system --create-namespace \
  --values k8s/kind/values.yaml --wait --timeout 5m
kubectl --context "kind-$CLUSTER" --namespace sealane-system rollout restart deployment/sealane-router deployment/sealane-operator
kubectl --context "kind-$CLUSTER" --namespace sealane-system rollout status deployment/sealane-router deployment/sealane-operator
"$HELM" test sealane --kube-context "kind-$CLUSTER" --namespace sealane-system --logs
