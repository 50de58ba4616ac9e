# shellcheck shell=bash
# shellcheck disable=SC2154 # run: layout.sh
# The private PostgreSQL cluster under .run/database/cluster. Sourced after layout.sh.

# Where PostgreSQL's programs are: of the version that made the cluster, else the newest.
postgres_bin() {
  local bin version=''
  [[ ! -s $run/database/cluster/PG_VERSION ]] || version=$(<"$run/database/cluster/PG_VERSION")
  bin=$(compgen -G "/usr/lib/postgresql/${version:-1[5-9]}/bin/postgres" | sort -V | tail -n 1) || true
  if [[ -z $bin ]]; then
    fail "PostgreSQL ${version:-15 or newer} is not installed under /usr/lib/postgresql${version:+, and .run/database was made by it: install it, or remove .run/database and lose what was written}"
  fi
  dirname "$bin"
}

# Makes the cluster, whole or not at all. It listens on loopback TCP only and has no Unix socket, whose path
# would have to be short.
make_cluster() {
  local bin
  [[ ! -s $run/database/cluster/PG_VERSION ]] || return 0
  bin=$(postgres_bin)
  as_suite rm -rf "$run/database/cluster" "$run/database/cluster.new"
  as_suite "$bin/initdb" -D "$run/database/cluster.new" --username=postgres --pwfile="$run/secrets/database_superuser" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --data-checksums
  as_suite mv "$run/database/cluster.new" "$run/database/cluster"
}
