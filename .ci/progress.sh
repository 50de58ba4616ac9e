# shellcheck shell=bash
# Numbered steps with elapsed time, for scripts that take minutes. Sourced.
#
#   steps=4                              how many there will be
#   step "Building" build.log command…   runs the command, its output to the log; on failure prints the
#                                        log's end and returns the command's exit code
# On a terminal the line is renewed every second with the log's last line; elsewhere a line is printed at
# the start, every 30 s, and at the end.

steps=${steps:-1}
step_number=${STEP_NUMBER:-0}
step_job='' # the running command's process group

last_line() { tail -n 5 "$1" | awk 'NF { line = $0 } END { print line }'; }

step() {
  local title=$1 log=$2 since=$SECONDS code=0 last next=30
  shift 2
  step_number=$((step_number + 1))
  title="[$step_number/$steps] $title"
  mkdir -p "$(dirname "$log")"
  set -m # a process group of its own, so that Ctrl-C can end all of it
  "$@" >"$log" 2>&1 </dev/null &
  set +m
  step_job=$!
  [[ -t 1 ]] || echo "$title …"
  while kill -0 "$step_job" 2>/dev/null; do
    if [[ -t 1 ]]; then
      last=$(last_line "$log" | tr -d '\r\033' | cut -c1-60)
      printf '\r\033[K%s … %d s  %s' "$title" $((SECONDS - since)) "$last"
    elif ((SECONDS - since >= next)); then
      echo "$title … $((SECONDS - since)) s: $(last_line "$log" | cut -c1-100)"
      next=$((next + 30))
    fi
    sleep 0.2
  done
  wait "$step_job" || code=$?
  step_job=''
  [[ ! -t 1 ]] || printf '\r\033[K'
  if ((code == 0)); then
    echo "$title: done, $((SECONDS - since)) s"
    return 0
  fi
  echo "$title: FAILED after $((SECONDS - since)) s. The end of $log:" >&2
  tail -n 40 "$log" | sed 's/^/    /' >&2
  return "$code"
}
