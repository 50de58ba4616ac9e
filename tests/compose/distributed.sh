# shellcheck shell=bash
# shellcheck disable=SC2154
# What compose.distributed.yml promises beyond compose.yml, one function each. Sourced by run, after promises.sh.

# The nodes that answer at the streaming port, one a line, in as many requests as asked for.
nodes_asked() {
  local i
  for ((i = 0; i < $1; i++)); do fetch -w '\n' "http://127.0.0.1:$EDGE_PORT/readyz" | sed -n 's/.*"node":"\([^"]*\)".*/\1/p'; done
}

# N followers, each about as often as the others: a visitor's requests may come between ours.
spreads_over() { # N
  local asked
  asked=$(nodes_asked $((4 * $1)) | sort | uniq -c)
  same "$1" "$(wc -l <<<"$asked")" "followers that were asked"
  awk '$1 < 2 || $1 > 6 { exit 1 }' <<<"$asked" || { echo "of $((4 * $1)) requests: $asked"; return 1; }
}

leader_alone_has_the_database() {
  local name
  same 1 "$(project_compose exec -T db psql -XqAt -U postgres -d blog \
    -c "select count(distinct client_addr) from pg_stat_activity where usename = 'blog_edge'")" "edges at the database"
  for name in $(containers edge_follower); do
    same "${project}_front" "$(docker inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}' "$name" | xargs)" "a follower's networks"
    same "$(printf 'control_token\njwt_secret\nstream_secret')" "$(docker exec "$name" ls /secrets)" "a follower's secrets"
  done
}

log_in() {
  fetch "$base_url/api/login" -H 'Content-Type: application/json' -d '{"username":"alice","password":"edge-demo"}' |
    sed -n 's/.*"token":"\([^"]*\)".*/\1/p'
}

# As often as there are followers, and more: each read may meet another.
reads_its_writes() {
  local token i answer id after title
  token=$(log_in)
  for i in {1..9}; do
    title="Read at once $i $(date +%s%N)"
    answer=$(fetch -i "$base_url/api/posts" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
      -d "{\"title\":\"$title\",\"content\":\"x\",\"status\":\"published\"}" | tr -d '\r')
    after=$(sed -n 's/^edge-token: //Ip' <<<"$answer")
    id=$(sed -n 's/.*"id":\([0-9]*\).*/\1/p' <<<"$answer")
    fetch "$base_url/api/posts/$id" -H "Edge-After: $after" | grep -qF "$title" || { echo "not read: $title"; return 1; }
    fetch "$base_url/api/posts/$id?after=$after" -H "Authorization: Bearer $token" | grep -qF "$title" || { echo "not read by the web service: $title"; return 1; }
  done
}

write() { psql_in_container <<<"insert into posts (author_id, title, content, status) select min(id), '$1', 'x', 'published' from users"; }

# What is written reaches the visitor, who was refused nothing since visitor_begins and has missed nothing.
visitor_is_served() {
  local title
  title="For the visitor $(date +%s%N)"
  write "$title"
  visitor_sees "$title"
  visitor_missed_nothing
  visitor_was_served
}

# Each follower once, so that it was the visitor's, too.
survives_followers() {
  local number before
  visitor_begins
  for number in 1 2 3; do
    before=$(pid_of edge_follower "$number")
    "$root/tests/support/kill_compose" "$project" edge_follower "$number"
    visitor_is_served
    eventually 30 was_replaced edge_follower "$number" "$before"
    eventually 30 is_healthy edge_follower
  done
  visitor_resumed
  eventually 10 spreads_over 3
}

# A silent one: nothing is refused, nothing is answered. Who waits for it is served by another.
survives_silence() {
  local name code=0
  visitor_begins
  name=$(container edge_follower)
  docker pause "$name"
  eventually 20 spreads_over 2 && visitor_is_served && visitor_resumed || code=1
  docker unpause "$name"
  eventually 10 spreads_over 3
  return "$code"
}

says_stale() { fetch "http://127.0.0.1:$EDGE_PORT/readyz" | grep -qF '"stale":true'; }

# While the leader is away everything is served as it was, and says since when; then all that was written meanwhile comes.
survives_leader() {
  local title
  title="While there was no leader $(date +%s%N)"
  visitor_begins
  project_compose stop edge_leader
  write "$title"
  eventually 20 says_stale
  visitor_was_served
  project_compose start edge_leader
  visitor_sees "$title"
  eventually 10 reads_its_writes
  visitor_is_served
  visitor_resumed
}

survives_leaders_crash() {
  visitor_begins
  heals edge_leader
  eventually 10 reads_its_writes
  visitor_is_served
  visitor_resumed
}

scales() { # N
  visitor_begins
  project_compose up -d --no-build --no-recreate --scale "edge_follower=$1" edge_follower
  eventually 60 is_healthy edge_follower
  eventually 10 spreads_over "$1"
  visitor_is_served
  visitor_resumed
}

# An EventSource gives up for good on anything but 200.
streams_say_when_to_come_back() {
  local said
  project_compose stop edge_follower
  said=$(fetch -i "$base_url/streams/posts" | tr -d '\r')
  grep -qE '^HTTP/2 200' <<<"$said"
  grep -qx 'retry: 1000' <<<"$said"
  same 503 "$(status_of "$base_url/api/posts")" "a read"
  same 200 "$(status_of "$base_url/")" "the page"
  project_compose start edge_follower
  eventually 60 all_healthy
  eventually 10 visitor_missed_nothing
}

keeps_serving() {
  check "lets the leader alone talk to the database" leader_alone_has_the_database
  check "spreads requests evenly over three followers" spreads_over 3
  check "shows on every node what was just written (Edge-After)" reads_its_writes
  start_visitor
  check "serves a visitor on while each follower is killed; its stream resumes" survives_followers
  check "serves it on while a follower is silent" survives_silence
  check "serves it on while there is no leader, says so, and catches up" survives_leader
  check "serves it on while the leader is killed" survives_leaders_crash
  check "scales to six followers" scales 6
  check "and back to three" scales 3
  check "tells streams when to come back while no follower is there" streams_say_when_to_come_back
}
