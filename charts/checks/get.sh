#!/usr/bin/env bash
# checkov and kubernetes-validate, which judge the rendered chart, in a virtual environment of their own: they bring 400 MB
# of packages that nobody else needs.
#
#   charts/checks/get.sh         get them when they are missing; say where they are
#   charts/checks/get.sh folder  only say where they are, or would be
#
# To take newer ones: uv pip compile charts/checks/requirements.in --universal --generate-hashes --no-emit-index-url \
#   --no-header --python-version 3.11 -o charts/checks/requirements.lock
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-~/.cache}/sealane/chart-checks
PYTHON=${PYTHON:-python3}

checksum() { { uname -sm; cat "$HERE/requirements.lock"; } | if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c 1-16; }

get() { # a virtual environment cannot be moved: the last step marks it as whole
  mkdir -p "$CACHE"
  if command -v flock >/dev/null; then exec 9>"$CACHE/lock"; flock 9; fi
  [ -e "$FOLDER/whole" ] && return
  echo "Getting checkov and kubernetes-validate; this happens once and takes a minute or two." >&2
  find "$CACHE" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +
  "$PYTHON" -m venv "$FOLDER"
  "$FOLDER/bin/python" -m pip --disable-pip-version-check install --quiet --require-hashes -r "$HERE/requirements.lock" >&2
  touch "$FOLDER/whole"
}

FOLDER=$CACHE/$(checksum)
case ${1:-get} in
  folder) ;;
  get) get ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
printf '%s\n' "$FOLDER"
