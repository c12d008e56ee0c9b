#!/usr/bin/env bash
# The images that the test node runs, as archives: pause and those of Sealane on a base of Debian's packages.
#
#   cluster/node/images.sh         build what changed; say in which folder the archives are
#   cluster/node/images.sh base    only the base; say what it is called
#
# No registry is asked: the base is made with mmdebstrap, and the project's own Dockerfile takes it as its BASE. Everything
# is kept below one folder of the cache, apart from images that the machine has of others. SIGTERM ends it and every
# step of it, and leaves nothing that the next run would stumble over.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-~/.cache}/sealane/node/images
INCLUDE=python3-minimal,python3-venv,ca-certificates,libstdc++6
BASE=localhost/sealane/base:$(printf %s "$INCLUDE" | cksum | cut -d ' ' -f 1)
KEPT=200 # layers, some 5 GB; a change of the code makes about a dozen
export CONTAINERS_STORAGE_CONF=$CACHE/storage.conf STORAGE_DRIVER=${STORAGE_DRIVER:-overlay}

say() { printf '%s\n' "$*" >&2; }

have_image() { buildah inspect --type image "$1" >/dev/null 2>&1; }

storage() { # a build that was killed left containers, and those have mounts
  printf '[storage]\ndriver = "%s"\ngraphroot = "%s"\nrunroot = "%s"\n' \
    "$STORAGE_DRIVER" "$CACHE/storage" "$CACHE/run" >"$CONTAINERS_STORAGE_CONF"
  buildah rm --all >/dev/null
  [ "$(buildah images --all --quiet | wc -l)" -le $KEPT ] || buildah rmi --prune >/dev/null
}

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
  rm -f "$CACHE/${name%:*}"-*.tar*
  buildah push --quiet "$image" "docker-archive:$file.new:$image" >&2
  mv "$file.new" "$file"
}

everything() {
  pause
  BASE=$BASE BUILDER=buildah "$HERE/../../image/build.sh" >&2
  for image in localhost/pause:1 localhost/sealane/{router,investigator,operator}:dev; do archive "$image"; done
}

end() { # the steps first, then what they had mounted
  trap '' INT TERM HUP
  [ -z "${steps:-}" ] || { kill -TERM -- "-$steps" 2>/dev/null || true; wait "$steps" 2>/dev/null || true; }
  buildah rm --all >/dev/null 2>&1 || true
  rm -rf "$WORK"
}

case ${1:-all} in
  base) task=base answer=$BASE ;;
  all) task=everything answer=$CACHE ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
mkdir -p "$CACHE"
exec 9>"$CACHE/lock"
flock 9
WORK=$(mktemp -d)
trap end EXIT
trap 'exit 143' INT TERM HUP
set -m # the steps are a process group, which a signal to this shell alone would not reach
(set -e; storage; base; "$task") &
steps=$!
set +m
wait "$steps"
steps=
printf '%s\n' "$answer"
