# shellcheck shell=bash
# Where the native suite keeps things, on which ports it listens, as whom it runs. Sourced; needs $root, and $followers:
# how many there are, 0 in single mode.
#
# .run/          (or RUN_DIRECTORY, so that one checkout can run several)
#                bin/ www/ proxy/ sql/: copies of what was built, so that a build does not touch what runs
#                secrets/ database/ (the PostgreSQL cluster) services/ (for s6) log/ tmp/: the suite's own
#                env, ports: while it runs
# Who            An ordinary user runs the suite as himself. Started as root it runs as the system user
#                edge-suite, PostgreSQL included, who may write to the second row only, or as whoever ran it
#                in this checkout before. Where edge-suite cannot reach the checkout (in /root, say), .run is a
#                link to a folder under /var/lib/edge-suite.

: "${followers:?}"
run_place=${RUN_DIRECTORY:-${root:?}/.run}
run=$(readlink -m "$run_place")
suite_home=/var/lib/edge-suite
suite_user=$(stat -c %U "$run/database" 2>/dev/null || true)
[[ $suite_user && $suite_user != root && $suite_user != UNKNOWN ]] || suite_user=edge-suite

# Commands of the suite: as its user, whoever we are.
as_suite() {
  if ((EUID == 0)); then
    setpriv --reuid "$suite_user" --regid "$(id -g "$suite_user")" --init-groups -- env -C / HOME="$suite_home" "$@"
  else
    "$@"
  fi
}

# port NAME DEFAULT: takes it from the environment, checks it.
port() {
  local value=${!1:-$2} first
  if ! [[ $value =~ ^[0-9]{1,5}$ ]] || ((10#$value < 1 || 10#$value > 65535)); then
    fail_usage "$1 is '$value': it must be a port number, 1 to 65535"
  fi
  first=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null || echo 1024)
  if ((10#$value < first)); then
    fail_usage "$1 is $value: ports under $first are for root, and the suite does not run as root"
  fi
  printf -v "$1" %d "$((10#$value))"
}

# Which edges there are, by number. Node 0 is the one at the database: the only one in single mode, the leader in
# distributed mode, where clients are sent to the followers only.
choose_edges() {
  local node
  edges=(edge) serving=(0)
  ((followers)) || return 0
  edges=(leader) serving=()
  for ((node = 1; node <= followers; node++)); do
    edges+=("follower$node")
    serving+=("$node")
  done
}

# edge_addresses streaming|control NODE…: where they listen, one a line
edge_addresses() {
  local second=0 node
  [[ $1 == streaming ]] || second=1
  shift
  for node; do echo "127.0.0.1:$((EDGE_PORT_BASE + 2 * node + second))"; done
}

choose_ports() {
  local last
  port HTTP_PORT 8000
  port HTTPS_PORT 8443
  port EDGE_PORT_BASE 8080
  last=$((EDGE_PORT_BASE + 2 * followers + 1))
  ((last <= 65535)) || fail_usage "EDGE_PORT_BASE is $EDGE_PORT_BASE: the last edge would listen on $last, above 65535"
  port WEB_PORT 3031
  port WWW_PORT 3030
  port DB_PORT 5440
  port STATS_PORT 8404
}

# what is listened on → the variable that moves it
port_names() {
  printf '%s %s\n' "$HTTP_PORT" HTTP_PORT "$HTTPS_PORT" HTTPS_PORT "$WEB_PORT" WEB_PORT "$WWW_PORT" WWW_PORT \
    "$DB_PORT" DB_PORT "$STATS_PORT" STATS_PORT
  seq -f '%.0f EDGE_PORT_BASE' "$EDGE_PORT_BASE" $((EDGE_PORT_BASE + 2 * followers + 1))
}

# Every listening TCP port of this machine, one a line. Read from the kernel, so it needs no package.
listening_ports() {
  local hex
  awk '$4 == "0A" { sub(/.*:/, "", $2); print $2 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    sort -u | while read -r hex; do echo $((16#$hex)); done
}

check_ports() {
  local number name taken twice
  twice=$(port_names | cut -d' ' -f1 | sort | uniq -d | head -n 1)
  if [[ $twice ]]; then
    fail_usage "port $twice is asked for twice: $(port_names | awk -v p="$twice" '$1 == p { printf "%s ", $2 }')"
  fi
  taken=$(listening_ports)
  while read -r number name; do
    if grep -qx "$number" <<<"$taken"; then
      fail "port $number is taken$(listener_of "$number"): end that, or choose another with $name=…"
    fi
  done < <(port_names)
}

# Who listens there, where it can be known.
listener_of() {
  local who
  who=$(ss -ltnpH "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (pid \2)/p' | head -n 1)
  [[ -z $who ]] || echo " by $who"
}

# Makes .run and its folders.
prepare_layout() {
  local away dir
  mkdir -p "$(dirname "$run_place")"
  if ((EUID == 0)); then
    id "$suite_user" >/dev/null 2>&1 ||
      useradd --system --user-group --home-dir "$suite_home" --shell /usr/sbin/nologin "$suite_user"
    mkdir -p "$suite_home"
    if [[ ! -L $run_place ]] && ! as_suite test -x "$(dirname "$run")"; then
      away=$suite_home/$(printf %s "$run" | sha256sum | cut -c1-16)
      [[ ! -d $run ]] || mv -T "$run" "$away"
      ln -s "$away" "$run_place"
      run=$away
    fi
  fi
  mkdir -p "$run"
  check_owner 1
  mkdir -p "$run/bin"
  for dir in secrets database log tmp; do
    mkdir -p "$run/$dir"
    chmod 700 "$run/$dir"
    ((EUID != 0)) || chown "$suite_user:" "$run/$dir"
  done
}

# What one user started, another cannot see or end; root can. With which exit code is given.
check_owner() {
  if [[ -d $run && ! -O $run ]] && ((EUID != 0)); then
    fail "the suite in $run was started by $(stat -c %U "$run"): use sudo" "$1"
  fi
}

# What --no-packages takes for granted.
check_programs() {
  local program
  for program in haproxy nginx s6-svscan psql curl openssl; do
    command -v "$program" >/dev/null || fail "$program is not installed: leave out --no-packages"
  done
}
