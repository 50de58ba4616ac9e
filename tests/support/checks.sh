# shellcheck shell=bash
# Tests written in shell: each a named function that fails or not, counted, with 'N passed, N failed' at the end.
# Sourced.

checks_passed=0 checks_failed=0

# check "what is promised" function [arguments…]: runs it in a shell of its own, so that its first failing
# command ends it; what it said is shown if it failed.
check() {
  local promise=$1 said code=0 since=$SECONDS
  shift
  said=$(mktemp)
  set +e
  (
    set -e
    "$@"
  ) >"$said" 2>&1
  code=$?
  set -e
  if ((code == 0)); then
    checks_passed=$((checks_passed + 1))
    echo "ok     $promise  $((SECONDS - since)) s"
  else
    checks_failed=$((checks_failed + 1))
    echo "FAILED $promise"
    sed 's/^/       /' "$said"
  fi
  rm -f "$said"
  return 0
}

checks_report() {
  printf '\n%d passed, %d failed\n' "$checks_passed" "$checks_failed"
  ((checks_failed == 0 && checks_passed > 0))
}

# eventually SECONDS command…: until it succeeds; fails, and says what was awaited, when it never does.
eventually() {
  local deadline=$(($(date +%s) + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    (($(date +%s) < deadline)) || { echo "never came true: $*"; return 1; }
    sleep 0.1
  done
}

# same WANTED GOT WHAT
same() { [[ $1 == "$2" ]] || { echo "$3: wanted '$1', got '$2'"; return 1; }; }
