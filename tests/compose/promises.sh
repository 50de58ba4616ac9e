# shellcheck shell=bash
# What compose.yml promises, and compose.distributed.yml too, one function each. Sourced by run; needs its variables and
# support/checks.sh.
# shellcheck disable=SC2154

project_compose() { "${compose_command[@]}" -p "$project" -f "$root/$compose_file" "$@"; }
containers() { project_compose ps -aq "$@"; } # SERVICE…
# SERVICE [NUMBER]: one of a service's containers
container() {
  docker ps -aq --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1" \
    --filter "label=com.docker.compose.container-number=${2:-1}"
}
pid_of() { docker inspect -f '{{.State.Pid}}' "$(container "$@")"; }
psql_in_container() { project_compose exec -T db psql -XqAt -v ON_ERROR_STOP=1 -U blog_owner -d blog; }
fetch() { curl -ksS --noproxy '*' -m 15 "$@"; }
status_of() { fetch -o /dev/null -w '%{http_code}' "$@"; }
is_healthy() { [[ $(containers "$1" | xargs docker inspect -f '{{.State.Health.Status}}' | sort -u) == healthy ]]; }

all_healthy() {
  local service
  for service in "${long_running[@]}"; do is_healthy "$service" || return 1; done
}

brings_up() {
  project_compose up -d --no-build --quiet-pull
  eventually 180 all_healthy
}

serves_page() {
  same 200 "$(status_of "$base_url/")" "the page"
  same 200 "$(status_of --http2 "$base_url/posts/1")" "an address of the page"
  fetch --http2 -o /dev/null -w '%{http_version}' "$base_url/" | grep -qx 2
}

redirects() {
  local said
  said=$(fetch -o /dev/null -w '%{http_code} %{redirect_url}' "http://localhost:$HTTP_PORT/posts/3?a=b")
  same "308 $base_url/posts/3?a=b" "$said" "port $HTTP_PORT"
}

# Each change, by REST and by psql, read off a stream.
streams_changes() (
  local token id title # the rest is for the trap, which runs when these are gone
  title="Written at $(date +%s%N)"
  stream=$(mktemp)
  curl -ksSN --noproxy '*' "$base_url/streams/posts?limit=100" >"$stream" &
  reader=$!
  trap 'kill "$reader"; rm -f "$stream"' EXIT
  eventually 5 grep -q 'event: init' "$stream"
  token=$(fetch "$base_url/api/login" -H 'Content-Type: application/json' \
    -d '{"username":"alice","password":"edge-demo"}' | sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
  [[ $token ]] || { echo "no token"; return 1; }
  id=$(fetch "$base_url/api/posts" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
    -d "{\"title\":\"$title\",\"content\":\"x\",\"status\":\"published\"}" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  eventually 5 grep -q "\"title\":\"$title\"" "$stream"
  psql_in_container <<<"update posts set content = 'by psql $title' where title = '$title'"
  eventually 5 grep -q "by psql $title" "$stream"
  same 200 "$(status_of -X DELETE "$base_url/api/posts/$id" -H "Authorization: Bearer $token")" "DELETE"
  eventually 5 grep -qF "[$id,[]]" "$stream"
)

edge_port_is_local() {
  same 200 "$(status_of "http://127.0.0.1:$EDGE_PORT/readyz")" "the streaming port"
  same 127.0.0.1 "$(docker inspect -f '{{(index (index .NetworkSettings.Ports "8080/tcp") 0).HostIp}}' "$(container "$streaming_service")")" "bound to"
}

# Only what design says is reachable from outside: no control port, no database.
publishes_nothing_else() {
  local published
  published=$(containers "${long_running[@]}" |
    xargs docker inspect -f '{{range $p, $b := .NetworkSettings.Ports}}{{range $b}}{{.HostPort}}{{"\n"}}{{end}}{{end}}' |
    sed '/^$/d' | sort -u)
  same "$(printf '%s\n' "$HTTP_PORT" "$HTTPS_PORT" "$EDGE_PORT" | sort -u)" "$published" "published ports"
  same 404 "$(status_of "$base_url/api/metrics")" "the web service's metrics"
  same 404 "$(status_of "$base_url/streams/nodes")" "which nodes there are"
  same 404 "$(status_of "$base_url/streams/%6eodes")" "the same, written otherwise"
}

is_confined() {
  local service said
  for service in "${long_running[@]}"; do
    said=$(docker inspect -f '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.Privileged}}' "$(container "$service")")
    same "suite true [ALL] false" "$said" "$service"
    same 0000000000000000 "$(project_compose exec -T "$service" sed -n 's/^CapEff:\t//p' /proc/self/status)" "capabilities of $service"
  done
}

# Each service sees its own secrets; no log, command line or image shows any.
keeps_secrets() {
  local secrets secret
  same tls.pem "$(project_compose exec -T reverse_proxy ls /secrets)" "the proxy's secrets"
  same "$(printf 'control_token\njwt_secret\npgpass_web')" "$(project_compose exec -T web_service ls /secrets)" "the web service's secrets"
  same "$(printf 'control_token\njwt_secret\npgpass_edge\nstream_secret')" "$(project_compose exec -T "$edge" ls /secrets)" "the edge's secrets"
  secrets=$(project_compose exec -T db sh -c 'cat /secrets/database_*')
  secrets+=$'\n'$(project_compose exec -T "$edge" sh -c 'cat /secrets/jwt_secret /secrets/stream_secret /secrets/control_token')
  for secret in $secrets; do
    if project_compose logs 2>&1 | grep -qF "$secret"; then echo "a secret is in the logs"; return 1; fi
    for service in "${long_running[@]}"; do
      if docker top "$(container "$service")" | grep -qF "$secret"; then echo "a secret is in the process list of $service"; return 1; fi
      if containers "$service" | xargs docker inspect | grep -qF "$secret"; then echo "a secret is in the settings of $service"; return 1; fi
    done
  done
}

was_replaced() { # SERVICE NUMBER OLD_PID
  local now
  now=$(pid_of "$1" "$2")
  [[ $now != 0 && $now != "$3" ]]
}

heals() { # SERVICE, as tests/support/kill_compose names it
  local before
  before=$(pid_of "$1")
  "$root/tests/support/kill_compose" "$project" "$1"
  eventually 30 was_replaced "$1" 1 "$before"
  eventually 60 all_healthy
  streams_changes
}

# down, and up again: what was written and the secrets are still there.
keeps_what_was_written() {
  local title before after
  title="Kept $(date +%s%N)"
  psql_in_container <<<"insert into posts (author_id, title, content, status) select min(id), '$title', 'x', 'published' from users"
  before=$(project_compose exec -T "$edge" cat /secrets/jwt_secret)
  project_compose down
  brings_up
  after=$(project_compose exec -T "$edge" cat /secrets/jwt_secret)
  same "$before" "$after" "the secret"
  fetch "$base_url/api/posts?limit=5" | grep -qF "$title"
}

stops_in_order() {
  project_compose stop
  for service in "${long_running[@]}"; do
    # 137: it did not end by itself within its grace.
    if containers "$service" | xargs docker inspect -f '{{.State.ExitCode}}' | grep -qx 137; then
      echo "$service had to be killed"
      return 1
    fi
  done
  project_compose start
  eventually 120 all_healthy
}

leaves_nothing() {
  project_compose down -v --remove-orphans
  same '' "$(docker ps -aq --filter "label=com.docker.compose.project=$project")" "containers"
  same '' "$(docker volume ls -q --filter "label=com.docker.compose.project=$project")" "volumes"
  same '' "$(docker network ls -q --filter "label=com.docker.compose.project=$project")" "networks"
}
