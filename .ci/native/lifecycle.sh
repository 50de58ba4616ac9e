# shellcheck shell=bash
# shellcheck disable=SC2154 # root, run: clean_install.sh, layout.sh
# Starts, watches and ends the native suite. Sourced after layout.sh, services.sh and database.sh.

# In the order of starting; guard watches over them.
list_services() { printf '%s\n' postgres "${edges[@]}" web www proxy; }

is_running() {
  [[ -d $run/services ]] &&
    { as_suite s6-svscanctl -z "$run/services" || as_suite s6-svok "$run/services/postgres"; } 2>/dev/null
}

# Does the service answer, and may clients be sent to it? Needs the ports.
is_ready() {
  local url
  case $1 in
    postgres)
      "$(postgres_bin)/pg_isready" -q -h 127.0.0.1 -p "$DB_PORT" -t 1
      return
      ;;
    edge | leader) url=http://$(edge_addresses control 0)/readyz ;;
    follower*) url=http://$(edge_addresses control "${1#follower}")/readyz ;;
    web) url=http://127.0.0.1:$WEB_PORT/readyz ;;
    www) url=http://127.0.0.1:$WWW_PORT/healthz ;;
    proxy) url=http://127.0.0.1:$STATS_PORT/readyz ;;
  esac
  curl -fs -o /dev/null --noproxy '*' -m 2 "$url"
}

# await_ready SERVICE SECONDS: gives up early on a service that dies again and again.
await_ready() {
  local deadline=$((SECONDS + $2)) dir=$run/services/$1
  until is_ready "$1"; do
    if ((SECONDS > deadline)); then
      echo "$1 is not ready after $2 s" >&2
    elif (($(s6-svdt "$dir" 2>/dev/null | wc -l) >= 3)); then
      echo "$1 ends as soon as it starts" >&2
    else
      sleep 0.1
      continue
    fi
    echo "The end of its log, $run/log/$1/current:" >&2
    tail -n 20 "$run/log/$1/current" 2>/dev/null | sed 's/^/    /' >&2
    return 1
  done
}

# Copies of what was built, so that the next build does not touch what runs.
stage() {
  local file
  for file in build/edge_service/edge_service build/web_service/web_service www/dist/index.html; do
    [[ -e $root/$file ]] || { echo "$file is missing: build first, without --no-build" >&2; return 1; }
  done
  install -m 755 "$root/build/edge_service/edge_service" "$root/build/web_service/web_service" \
    "$root/.ci/guard" "$run/bin/"
  rm -rf "$run/www" "$run/proxy" "$run/sql"
  mkdir -p "$run/www" "$run/proxy"
  cp -r "$root/www/dist" "$root/www/serve" "$root/www/nginx.conf" "$run/www/"
  cp -r "$root/reverse_proxy/"{serve,haproxy.cfg,haproxy.distributed.cfg,errors} "$run/proxy/"
  cp -r "$root/db" "$run/sql"
  cp "$root/.ci/secrets" "$root/.ci/database" "$run/bin/"
  chmod -R u+rwX,go+rX "$run/www" "$run/proxy" "$run/sql"
}

# The supervisor outlives us and our terminal, and inherits nothing of our environment.
launch_supervisor() {
  local files
  # Each stream costs the proxy two descriptors and the edge one; a limit in the millions costs HAProxy memory.
  files=$(ulimit -Hn)
  [[ $files != unlimited ]] && ((files < 65536)) || files=65536
  (
    cd "$run" || exit
    ulimit -n "$files"
    # shellcheck disable=SC2154
    exec {lock}<&- # clean_install.sh's
    as_suite env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TZ=UTC \
      HOME="$run" TMPDIR="$run/tmp" "$run/bin/guard" "$run" start
  )
  local tries=100
  until as_suite s6-svok "$run/services/postgres" 2>/dev/null; do
    ((tries--)) || { echo "the supervisor did not start: see $run/log/supervisor" >&2; return 1; }
    sleep 0.1
  done
}

# What runs, as it was started: its ports, how many followers.
recall_suite() {
  # shellcheck disable=SC1091
  [[ ! -e $run/ports ]] || . "$run/ports"
  choose_edges
}

# up SERVICE…: starts them, and lets them come back after any death.
up() {
  local name
  for name; do
    as_suite rm -f "$run/services/$name/down"
    as_suite s6-svc -u "$run/services/$name"
  done
}

start_database() {
  launch_supervisor
  await_ready postgres 60
  PGHOST=127.0.0.1 PGPORT=$DB_PORT as_suite "$run/bin/database" "$run/secrets" "$run/sql"
}

start_services() {
  local settings waiting name
  mapfile -t settings < <(proxy_settings)
  as_suite env "${settings[@]}" "$run/proxy/serve" -c
  mapfile -t waiting < <(list_services | grep -vx postgres)
  up "${waiting[@]}"
  for name in "${waiting[@]}"; do await_ready "$name" 60; done
}

# What a shell needs to talk to the running suite.
write_env() {
  local token=''
  [[ -z $token_file ]] || token=$(<"$token_file")
  (
    umask 077
    cat >"$run/env.new" <<ENV
HTTP_URL='http://localhost:$HTTP_PORT'
HTTPS_URL='https://localhost:$HTTPS_PORT'
DATABASE_URL='postgresql://blog_owner:$(<"$run/secrets/database_owner")@127.0.0.1:$DB_PORT/blog'
EDGE_STREAMING_URLS='$(edge_addresses streaming "${!edges[@]}" | sed 's|^|http://|' | paste -sd' ')'
EDGE_CONTROL_URLS='$(edge_addresses control "${!edges[@]}" | sed 's|^|http://|' | paste -sd' ')'
EDGE_CONTROL_TOKEN='$token'
WEB_URL='http://127.0.0.1:$WEB_PORT'
ENV
  )
  mv "$run/env.new" "$run/env"
}

# Ends everything, clients first and the database last. Quiet where nothing runs.
stop_suite() {
  local name dir
  [[ -d $run/services ]] || { rm -f "$run/env" "$run/ports"; return 0; }
  # The supervisors' supervisors first, or they would start again what we end.
  as_suite touch "$run/services/.stopping"
  as_suite s6-svscanctl -b "$run/services" 2>/dev/null || true
  end guard
  as_suite s6-svscanctl -b "$run/services" 2>/dev/null || true # if guard had just started another
  end proxy
  for name in web "${edges[@]}" www; do end "$name" & done
  wait
  end postgres
  for name in guard $(list_services); do
    dir=$run/services/$name
    [[ -e $dir/lock ]] || continue
    flock -w 5 "$dir/lock" true || as_suite kill -KILL -- "-$(<"$dir/pid")" 2>/dev/null || true
    flock -w 30 "$dir/lock" true || { echo "$name still runs: see $run/log/$name/current" >&2; return 1; }
  done
  rm -rf "$run/services" "$run/env" "$run/ports"
}

# end SERVICE: it, its supervisor and its log's.
end() {
  local dir=$run/services/$1
  as_suite s6-svc -wD -T 90000 -dx "$dir" 2>/dev/null || true
  as_suite s6-svc -x "$dir/log" 2>/dev/null || true
}

# One line a service. Returns 0 if all are ready, 3 otherwise.
show_status() {
  local name pid age code=0 state
  if [[ ! -e $run/ports ]] || ! is_running; then
    echo "not running"
    return 3
  fi
  for name in $(list_services); do
    read -r _ pid age < <(as_suite s6-svstat -o up,pid,updownfor "$run/services/$name" 2>/dev/null)
    if is_ready "$name" 2>/dev/null; then state=ready; else state='NOT READY' code=3; fi
    printf '%-10s %-10s pid %-8s for %s s\n' "$name" "$state" "${pid:--}" "${age:--}"
  done
  echo "page       https://localhost:$HTTPS_PORT"
  return "$code"
}
