# shellcheck shell=bash
# Runs parts of the tests, keeps going after one that fails, and reports all at the end. Sourced; needs $logs.
#
# A part is a command with output of its own, shown as it comes. How many tests it ran is read from its
# runner's last words; a part that ran none has failed, whatever its exit code.

: "${logs:?}"
parts=() failed_parts=()
total_passed=0 total_failed=0

# passed and failed, from the log of ctest, Vitest, or anything that ends with 'N passed, N failed'
counts_in() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    / tests? failed out of / { failed = $(NF - 5); passed = $NF - failed }
    /^ *Tests +[0-9]/ {
      passed = failed = 0
      for (i = 2; i < NF; i++) { if ($(i + 1) == "passed") passed = $i; if ($(i + 1) == "failed") failed = $i }
    }
    /^[0-9]+ passed, [0-9]+ failed/ { passed = $1; failed = $3 }
    END { print passed + 0, failed + 0 }'
}

# What failed in a log and the last that was said of it, in few lines: the whole may be far above, or cut off.
failures_in() { # LOG
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    function close_block(  i) {  # of a test of ours: its head, and its last words
      if (head == "") return
      print head
      for (i = (n > 8 ? n - 7 : 1); i <= n; i++) print said[i]
      head = ""; n = 0
    }
    /^FAILED / { close_block(); head = $0; next }
    /^ok  / || /^[0-9]+ passed, / { close_block() }
    head != "" { if ($0 != "") said[++n] = $0; next }
    /\*\*\*[A-Z]/ { print; next }                                # ctest
    /: Failure$/ || /ERROR: .*Sanitizer/ || /^ *FAIL / { more = 9 } # GoogleTest, sanitizers, Vitest
    more > 0 { print; more-- }
    END { close_block() }' | cut -c1-400 | head -n 60
}

run_part() { # NAME COMMAND…
  local name=$1 log=$logs/$1.log code=0 since=$SECONDS passed failed
  shift
  printf '\n=== %s\n' "$name"
  "$@" 2>&1 </dev/null | tee "$log" || code=$?
  read -r passed failed < <(counts_in "$log")
  if ((failed == 0 && (code != 0 || passed == 0))); then failed=1; fi
  if ((failed)); then failed_parts+=("$name"); fi
  total_passed=$((total_passed + passed)) total_failed=$((total_failed + failed))
  parts+=("$(printf '%-19s %5d passed %5d failed  %4d s' "$name" "$passed" "$failed" $((SECONDS - since)))")
}

skip_part() { # NAME REASON
  printf '\n=== %s\nnot run: %s\n' "$1" "$2"
  parts+=("$(printf '%-19s not run: %s' "$1" "$2")")
}

report() {
  local name
  for name in "${failed_parts[@]}"; do
    printf '\n=== what failed in %s (all of it: %s)\n' "$name" "$logs/$name.log"
    failures_in "$logs/$name.log"
  done
  printf '\n=== all\n'
  printf '%s\n' "${parts[@]}"
  printf '\n%d passed, %d failed\n' "$total_passed" "$total_failed"
  ((total_failed == 0 && total_passed > 0))
}
