# shellcheck shell=bash
# Writes the folders that s6 runs the suite from. Sourced after layout.sh.
#
# Every service starts only when nothing of its last run is left (a lock that all its processes inherit),
# ends with its supervisor, and is restarted at once; one that dies young again and again waits up to 8 s.

# define NAME STOP_SIGNAL STOP_LIMIT_S ORPHAN_SIGNAL COMMAND…   the command's environment on standard input,
# NAME=value a line. STOP_SIGNAL asks it to end, KILL follows after the limit; ORPHAN_SIGNAL is what the
# kernel sends it when its supervisor was killed.
# shellcheck disable=SC2154 # run: layout.sh
define() {
  local dir=$run/services/$1 stop_signal=$2 limit_s=$3 orphan_signal=$4 line
  shift 4
  mkdir -p "$dir/log"
  {
    printf '#!/usr/bin/env bash\nexec 2>&1 8>>lock\nflock 8 || exit 1\necho $$ >pid\n'
    while IFS= read -r line; do
      [[ -z $line ]] || printf 'export %s=%q\n' "${line%%=*}" "${line#*=}"
    done
    printf 'cd %q\nexec setpriv --pdeathsig %s --' "$run" "$orphan_signal"
    printf ' %q' "$@"
    printf '\n'
  } >"$dir/run"
  cat >"$dir/finish" <<'FINISH'
#!/usr/bin/env bash
how=exit_code code=$1
(($1 < 256)) || how=signal code=$2
echo "{\"ts\":\"$(date -u +%FT%TZ)\",\"level\":\"info\",\"service\":\"supervisor\",\"event\":\"ended\",\"$how\":$code}"
# What a killed process left behind in its group would keep the next one from starting.
kill -KILL -- "-$(cat pid)" 2>/dev/null
lived=$(($(date +%s) - $(stat -c %Y pid)))
failures=$(cat failures 2>/dev/null || echo 0)
((lived < 3 && failures < 5)) && failures=$((failures + 1))
((lived >= 3)) && failures=0
echo "$failures" >failures
((failures < 2)) || sleep $((1 << (failures - 2)))
FINISH
  # Ten files of one megabyte: a log cannot fill the disk.
  printf '#!/usr/bin/env bash\nexec setpriv --pdeathsig TERM -- s6-log -b n10 s1000000 %q\n' "$run/log/${dir##*/}" >"$dir/log/run"
  chmod 700 "$dir/run" "$dir/finish" "$dir/log/run"
  echo "$stop_signal" >"$dir/down-signal"
  echo $((limit_s * 1000)) >"$dir/timeout-kill"
  echo 15000 >"$dir/timeout-finish"
  # The others wait for the tables.
  [[ $dir == */@(guard|postgres) ]] || : >"$dir/down"
}

# Settings of the services that stand in our environment (EDGE_HEARTBEAT_S=2 ./clean_install.sh --start) go on
# to them; what we decide ourselves, secrets, and what .run/env of another copy may have left there do not.
passed_on() { # PREFIX
  local name
  for name in $(compgen -e "$1"); do
    case $name in
      EDGE_PORT_BASE | EDGE_STREAMING_URLS | EDGE_CONTROL_URLS | WEB_URL | WEB_PORT) ;;
      *_SECRET | *_TOKEN | *_FILE | *_UPSTREAM | *_DATABASE_URL) ;;
      *) echo "$name=${!name}" ;;
    esac
  done
}

proxy_settings() {
  local mode=EDGE_ADDRESS
  ((!followers)) || mode=FOLLOWERS
  cat <<ENV
HTTP_PORT=$HTTP_PORT
HTTPS_PORT=$HTTPS_PORT
PUBLIC_HTTPS_PORT=$HTTPS_PORT
PUBLIC_BIND=${PUBLIC_BIND:-}
TLS_CERTIFICATE=$run/secrets/tls.pem
$mode=$(edge_addresses streaming "${serving[@]}" | paste -sd' ')
WEB_ADDRESS=127.0.0.1:$WEB_PORT
WWW_ADDRESS=127.0.0.1:$WWW_PORT
STATS_PORT=$STATS_PORT
PROXY_LOG_LEVEL=${PROXY_LOG_LEVEL:-info}
HSTS=${HSTS:-}
ENV
}

define_edge() { # NODE
  local upstream password=''
  if (($1)); then
    upstream=http://$(edge_addresses control 0)
  else
    upstream=postgresql://blog_edge@127.0.0.1:$DB_PORT/blog password=PGPASSFILE=$run/secrets/pgpass_edge
  fi
  define "${edges[$1]}" SIGTERM $((${EDGE_DRAIN_S:-10} + 20)) KILL "$run/bin/edge_service" <<ENV
$(passed_on EDGE_)
EDGE_UPSTREAM=$upstream
$password
EDGE_BIND=127.0.0.1
EDGE_STREAMING_PORT=$((EDGE_PORT_BASE + 2 * $1))
EDGE_CONTROL_PORT=$((EDGE_PORT_BASE + 2 * $1 + 1))
EDGE_NODE=${edges[$1]}
EDGE_JWT_SECRET_FILE=$run/secrets/jwt_secret
EDGE_STREAM_SECRET_FILE=$run/secrets/stream_secret
${token_file:+EDGE_CONTROL_TOKEN_FILE=$token_file}
ENV
}

define_services() {
  local bin node
  rm -rf "$run/services"
  mkdir -m 700 "$run/services"
  bin=$(postgres_bin)

  define guard SIGTERM 5 KILL "$run/bin/guard" "$run" watch </dev/null

  define postgres SIGINT 60 INT "$bin/postgres" -D "$run/database/cluster" -c "port=$DB_PORT" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c recovery_init_sync_method=syncfs </dev/null # after a crash: one call, not one for each file

  for node in "${!edges[@]}"; do define_edge "$node"; done

  define web SIGTERM 30 KILL "$run/bin/web_service" <<ENV
$(passed_on WEB_)
WEB_DATABASE_URL=postgresql://blog_web@127.0.0.1:$DB_PORT/blog
PGPASSFILE=$run/secrets/pgpass_web
WEB_BIND=127.0.0.1
WEB_PORT=$WEB_PORT
WEB_EDGE_URL=$(edge_addresses control "${serving[@]}" | sed 's|^|http://|' | paste -sd,)
WEB_JWT_SECRET_FILE=$run/secrets/jwt_secret
${token_file:+WEB_EDGE_TOKEN_FILE=$token_file}
ENV

  define www SIGTERM 10 TERM "$run/www/serve" "$run/tmp/www" "127.0.0.1:$WWW_PORT" "$run/www/dist" </dev/null

  define proxy SIGTERM 10 KILL "$run/proxy/serve" -db < <(proxy_settings)

  ((EUID != 0)) || chown -R "$suite_user:" "$run/services"
}
