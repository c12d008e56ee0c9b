#!/usr/bin/env bash
# Build the images from the Dockerfile, with docker, podman or buildah; say how large they are.
#
#   image/build.sh [TARGET...]     without any: router, investigator and operator
#
# BASE names another base image, TAG another tag than dev, REGISTRY what stands before the name, BUILDER one of the three.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TAG=${TAG:-dev} REGISTRY=${REGISTRY:-localhost/sealane}
VERSION=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$ROOT/pyproject.toml")
REVISION=$(git -C "$ROOT" rev-parse HEAD 2>/dev/null || echo unknown)

fail() { printf '%s\n' "$*" >&2; exit 1; }

builder() { # the first that works; a docker without its daemon does not
  local each
  for each in docker podman buildah; do "$each" info >/dev/null 2>&1 && echo "$each" && return; done
  fail "Building images needs docker, podman or buildah; on Debian root gets the last with 'make node'."
}

build() { # target; what the steps say is shown only when one of them fails
  local said options=(--quiet --target "$1" --tag "$REGISTRY/$1:$TAG"
    --build-arg "VERSION=$VERSION" --build-arg "REVISION=$REVISION" ${BASE:+--build-arg "BASE=$BASE"})
  case $BUILDER in
    buildah) # the steps see the machine's network and certificates, as on a machine behind a proxy they must
      set -- buildah bud "${options[@]}" --layers --network host --isolation chroot \
        -v /etc/ssl/certs:/etc/ssl/certs:ro "$ROOT" ;;
    *) set -- "$BUILDER" build "${options[@]}" "$ROOT" ;;
  esac
  said=$("$@" 2>&1) || fail "$said"
}

size() { # target
  case $BUILDER in
    buildah) buildah images --format '{{.Size}}' "$REGISTRY/$1:$TAG" ;;
    *) $BUILDER images --format '{{.Size}}' "$REGISTRY/$1:$TAG" ;;
  esac
}

BUILDER=${BUILDER:-$(builder)}
[ "$BUILDER" != buildah ] || export STORAGE_DRIVER=${STORAGE_DRIVER:-overlay}
[ $# -gt 0 ] || set -- router investigator operator
for target; do
  build "$target"
  echo "$REGISTRY/$target:$TAG  $(size "$target")"
done
