# shellcheck shell=bash
# A native suite for tests: own ports, own folder, own database, gone when the shell exits. Sourced; needs $root.
#
# Sets what tests/browser/support/suite.mjs describes, and what .run/env has. What the services logged is kept
# in build/test-logs/suite if the shell exits with an error.

# As many free ports as asked for, one behind the other, from a place chosen at random.
free_ports() {
  local count=$1 first port
  for _ in {1..100}; do
    first=$((20000 + RANDOM % 10000))
    for ((port = first; port < first + count; port++)); do
      if (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue 2; fi
    done
    echo "$first"
    return
  done
  echo "no free ports found" >&2
  return 1
}

start_native_suite() { # [OPTION OF CLEAN_INSTALL]…
  local first
  suite_place=$(mktemp -d "${TMPDIR:-/tmp}/edge-suite-test.XXXXXX")
  chmod 755 "$suite_place"
  export RUN_DIRECTORY=$suite_place/run
  trap 'end_native_suite $?' EXIT
  trap 'exit 130' INT TERM
  first=$(free_ports 16) # EDGE_PORT_BASE and above: a leader's and four followers'
  export HTTP_PORT=$first HTTPS_PORT=$((first + 1)) WEB_PORT=$((first + 2)) WWW_PORT=$((first + 3)) \
    DB_PORT=$((first + 4)) STATS_PORT=$((first + 5)) EDGE_PORT_BASE=$((first + 6))
  "${root:?}/clean_install.sh" --start --detach --no-packages --no-build "$@"
  set -a
  # shellcheck disable=SC1091
  . "$RUN_DIRECTORY/env"
  set +a
  export BASE_URL=$HTTPS_URL
  SUITE_PSQL=$(printf '["psql", "-d", "%s"]' "$DATABASE_URL")
  SUITE_KILL=$(printf '["%s/tests/support/kill_native", "%s"]' "$root" "$RUN_DIRECTORY")
  export SUITE_PSQL SUITE_KILL
}

end_native_suite() {
  local code=$1
  trap '' INT TERM
  "$root/clean_install.sh" --stop || code=1
  if ((code != 0)); then
    mkdir -p "$root/build/test-logs"
    rm -rf "$root/build/test-logs/suite"
    cp -r "$RUN_DIRECTORY/log" "$root/build/test-logs/suite" 2>/dev/null &&
      echo "what the services logged: build/test-logs/suite" >&2
  fi
  rm -rf "$(readlink -f "$RUN_DIRECTORY")" "$suite_place"
  exit "$code"
}
