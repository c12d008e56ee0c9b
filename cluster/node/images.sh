#!/usr/bin/env bash
# The images that the test node runs, as archives: pause, router and operator on a base of Debian's packages.
#
#   cluster/node/images.sh         build what changed; say in which folder the archives are
#   cluster/node/images.sh base    only the base; say what it is called
#
# No registry is asked: the base is made with mmdebstrap, and the project's own Dockerfile takes it as its BASE.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-~/.cache}/sealane/node/images
INCLUDE=python3-minimal,python3-venv,ca-certificates,libstdc++6
BASE=localhost/sealane/base:$(printf %s "$INCLUDE" | cksum | cut -d ' ' -f 1)
export STORAGE_DRIVER=${STORAGE_DRIVER:-overlay}

say() { printf '%s\n' "$*" >&2; }

have_image() { buildah inspect --type image "$1" >/dev/null 2>&1; }

commit() { # image tarball command...: an image of nothing but that tarball
  local image=$1 tarball=$2 container
  shift 2
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$tarball" / >/dev/null
  buildah config ${1:+--entrypoint "$1"} "$container"
  buildah commit --quiet "$container" "$image" >/dev/null
  buildah rm "$container" >/dev/null
}

base() {
  have_image "$BASE" && return
  say "Making a base of Debian's packages; this happens once and takes a minute."
  mmdebstrap --quiet --variant=essential --include=$INCLUDE bookworm "$WORK/base.tar" >&2
  commit "$BASE" "$WORK/base.tar"
}

pause() { # a static program that waits and buries orphans
  have_image localhost/pause:1 && return
  tar -C "$(dirname "$(command -v catatonit)")" -cf "$WORK/pause.tar" catatonit
  commit localhost/pause:1 "$WORK/pause.tar" '["/catatonit", "-P"]'
}

archive() { # image: an archive is called after what is in it, so that an unchanged one is not written again
  local image=$1 name id file
  name=${image##*/}
  id=$(buildah images --quiet --no-trunc "$image")
  id=${id#sha256:} file=$CACHE/${name%:*}-${id:0:16}.tar
  [ -f "$file" ] && { touch "$file"; return; }
  rm -f "$CACHE/${name%:*}"-*.tar
  buildah push --quiet "$image" "docker-archive:$file.new:$image" >&2
  mv "$file.new" "$file"
}

mkdir -p "$CACHE"
exec 9>"$CACHE/lock"
flock 9
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
base
case ${1:-all} in
  base) printf '%s\n' "$BASE" ;;
  all)
    pause
    BASE=$BASE BUILDER=buildah "$HERE/../../image/build.sh" >&2
    for image in localhost/pause:1 localhost/sealane/{router,operator}:dev; do archive "$image"; done
    printf '%s\n' "$CACHE" ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
