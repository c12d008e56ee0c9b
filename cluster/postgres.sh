#!/usr/bin/env bash
# PostgreSQL's server, which tests the investigator's store: the machine's own, else Debian's, unpacked beside the other
# caches. Nothing is installed and no service is started.
#
#   cluster/postgres.sh         get it when it is missing; say in which folder postgres and initdb are
#   cluster/postgres.sh folder  only say in which folder they are, or would be
#
# POSTGRES_BIN names the folder of another one.
set -euo pipefail

CACHE=${XDG_CACHE_HOME:-~/.cache}/sealane/postgres

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null; }

found() { # the folder of the machine's own: on the path, or where Debian hides it
  [ -z "${POSTGRES_BIN:-}" ] || { printf '%s\n' "$POSTGRES_BIN"; return; }
  local folder
  for folder in "$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")" /usr/lib/postgresql/*/bin; do
    [ ! -x "$folder/postgres" ] || [ ! -x "$folder/initdb" ] || { printf '%s\n' "$folder"; return; }
  done
  printf '%s\n' "$CACHE/bin"
}

package() { apt-cache depends postgresql 2>/dev/null | awk '/Depends: postgresql-[0-9]/ { print $2; exit }'; }

libraries() { # what the package needs and the machine lacks; the compiler of its queries is not among it
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$1" |
    awk '/Depends: lib/ { print $NF }' | sort -u | grep -v -e '^libllvm' -e '<' | while read -r name; do
      dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || printf '%s\n' "$name"
    done
}

download() {
  local name
  name=$(package)
  [ -n "$name" ] || return 1
  # shellcheck disable=SC2046 # names of packages have no spaces
  (cd "$1" && apt-get -qq -o APT::Sandbox::User=root download "$name" $(libraries "$name") >&2)
}

fetch() { # unpacked, not installed: as an installed package it would start a service
  have apt-get && have dpkg-deb ||
    fail "PostgreSQL is missing: install its server (postgresql), or name the folder of postgres and initdb in POSTGRES_BIN."
  say "Fetching Debian's PostgreSQL."
  mkdir -p "$CACHE"
  new=$(mktemp -d "$CACHE/fetching.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  download "$new" || { [ "$(id -u)" = 0 ] && apt-get update -qq >&2 && download "$new"; } ||
    fail "PostgreSQL is missing and apt-get cannot fetch it: run 'apt-get update' as root, or install postgresql yourself."
  for archive in "$new"/*.deb; do dpkg-deb -x "$archive" "$new/root"; done
  mkdir "$new/root/bin"
  for program in postgres initdb; do
    wrapped "$(cd "$new/root" && ls -d usr/lib/postgresql/*/bin)/$program" >"$new/root/bin/$program"
    chmod 755 "$new/root/bin/$program"
  done
  rm -rf "$CACHE/bin" "$CACHE/usr"
  mv "$new/root/usr" "$CACHE/usr"
  mv "$new/root/bin" "$CACHE/bin" # last: whoever finds it finds everything
}

wrapped() { # a program beside its libraries, wherever the folder is by then
  cat <<END
#!/bin/sh
root=\$(cd "\$(dirname "\$0")/.." && pwd)
export LD_LIBRARY_PATH="\$root/usr/lib/$(uname -m)-linux-gnu\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
exec "\$root/$1" "\$@"
END
}

FOLDER=$(found)
case ${1:-get} in
  folder) ;;
  get) [ -x "$FOLDER/postgres" ] || fetch ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
printf '%s\n' "$FOLDER"
