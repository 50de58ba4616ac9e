# shellcheck shell=bash
# The visitor in the background of a test, and what may be asked of it. Sourced; needs $root, $base_url and checks.sh.

start_visitor() {
  visitor_place=$(mktemp -d)
  "${root:?}/tests/support/visitor" "${base_url:?}" "$visitor_place" &
  visitor=$!
  eventually 20 test -s "$visitor_place/posts"
}

end_visitor() {
  [[ ! ${visitor:-} ]] || kill "$visitor" 2>/dev/null || true
  rm -rf "${visitor_place:-}"
}

# Forgets what it was refused, and which frames it got.
visitor_begins() { : >"$visitor_place/refused"; : >"$visitor_place/frames"; }

visitor_was_served() { same '' "$(cat "$visitor_place/refused")" "what the visitor was refused"; }

# visitor_sees TEXT: on its stream
visitor_sees() { eventually 10 grep -qF -- "$1" "$visitor_place/frames"; }

visitor_missed_nothing() { eventually 10 "$root/tests/support/visitor" "$base_url" "$visitor_place" agrees; }

# Wherever it came back to, it was sent what it had missed, not all anew.
visitor_resumed() { same 0 "$(grep -c '"event": "init"' "$visitor_place/frames")" "times it had to begin anew"; }
