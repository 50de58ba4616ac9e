# shellcheck shell=bash
# A PostgreSQL cluster of a script's own, for tests in Python: gone when the script ends, however it ends. Sourced.
#
#   PG_BINDIR   server to test with (default: the newest installed)

# start_cluster NAME [setting=value…]: makes the current folder $place, where its socket and data are, and has libpq
# connect to it. Sets also $bindir and as_server, the words before a command of the server's. Exits with 2 where the
# server or psycopg2 is missing.
start_cluster() {
  local name=$1 options='' setting
  shift
  bindir=${PG_BINDIR:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
  if [[ ! -x $bindir/initdb ]]; then
    echo "no PostgreSQL server found: install postgresql, or set PG_BINDIR to the folder of initdb" >&2
    exit 2
  fi
  if ! /usr/bin/python3 -c 'import psycopg2' 2>/dev/null; then
    echo "python3 lacks psycopg2: install python3-psycopg2" >&2
    exit 2
  fi
  place=$(mktemp -d "${TMPDIR:-/tmp}/$name.XXXXXX")
  as_server=()
  if [[ $(id -u) == 0 ]]; then  # the server refuses to run as root
    chown postgres "$place"
    as_server=(runuser -u postgres --)
  fi
  if ! "${as_server[@]}" test -x "$bindir/initdb"; then  # a server inside of a checkout that is ours alone
    cp -r "$(dirname "$bindir")" "$place/server"
    bindir=$place/server/bin
  fi
  trap end_cluster EXIT
  trap 'exit 130' INT TERM

  cd "$place" || exit
  for setting; do options+=" -c $setting"; done
  "${as_server[@]}" "$bindir/initdb" -D "$place/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
  "${as_server[@]}" "$bindir/pg_ctl" -D "$place/data" -l "$place/log" -w start -o \
    "-k $place -c listen_addresses='' -c fsync=off -c jit=off$options" >/dev/null
  export PGHOST=$place PGPORT=5432 PGUSER=postgres PGDATABASE=postgres PYTHONDONTWRITEBYTECODE=1
  unset PGPASSWORD PGSERVICE PGOPTIONS
}

end_cluster() {
  "${as_server[@]}" "$bindir/pg_ctl" -D "$place/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$place"
}
