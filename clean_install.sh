#!/usr/bin/env bash
# Installs what the suite needs, builds it from clean, and runs it natively. See usage() or --help.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
PATH+=:/usr/sbin:/sbin # where Debian has haproxy and nginx, and an ordinary user does not look

usage() {
  cat <<'HELP'
usage: ./clean_install.sh [--start [--distributed [--followers N]] [--detach]] [--no-packages] [--no-build]
       ./clean_install.sh --status | --stop | --help

On Debian 12 or 13 or Ubuntu 24.04, as root or as a user who may use sudo: installs the packages and builds
everything from clean.

  --start        does that and then runs the suite; Ctrl-C ends it
  --distributed  with --start: a leader, which alone talks to the database, and followers, which clients are sent to
  --followers N  with --distributed: how many, 1 to 99 [3]
  --detach       with --start: returns when every process is ready and leaves the suite running
  --status       one line a process; exit code 0 if all are ready, 3 otherwise
  --stop         ends the suite; what was written to its database stays for the next start
  --no-packages  installs nothing: all packages are there
  --no-build     builds nothing: takes what was built last

Environment (defaults in brackets; two copies run beside each other when these differ):
  HTTP_PORT [8000]  HTTPS_PORT [8443]  PUBLIC_BIND [all IPv4 addresses; :: is all]
  EDGE_PORT_BASE [8080]: the edge streams there, its control port is the next one; in distributed mode those are the
    leader's, the first follower's are the next two, and so on
  WEB_PORT [3031]  DB_PORT [5440]  WWW_PORT [3030]  STATS_PORT [8404]: on 127.0.0.1 only
  RUN_DIRECTORY [.run]: where the running suite keeps its database, secrets and logs
  EDGE_CONTROL_TOKEN: guards the control port; unset, one is made; set but empty, there is none
  EDGE_…, WEB_…: any other setting of the two services (edge_service --help, web_service --help)

While it runs, .run/env holds the addresses for a shell:  . .run/env; psql "$DATABASE_URL"
Logs are in .run/log. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not ready (--status).
HELP
}

fail() { echo "clean_install.sh: $1" >&2; exit "${2:-1}"; }
fail_usage() { echo "clean_install.sh: $1 (see --help)" >&2; exit 2; }

arguments=("$@")
action=install distributed='' followers='' detach='' packages=yes build=yes
only() { [[ $action == install ]] || fail_usage "--$action and --$1 exclude each other"; action=$1; }
while (($#)); do
  case $1 in
    --start | --status | --stop) only "${1#--}" ;;
    --distributed) distributed=yes ;;
    --followers)
      [[ ${2:-} =~ ^[1-9][0-9]?$ ]] || fail_usage "--followers is given '${2:-}': it must be a number, 1 to 99"
      followers=$2
      shift
      ;;
    --detach) detach=yes ;;
    --no-packages) packages='' ;;
    --no-build) build='' ;;
    --help | -h) usage; exit 0 ;;
    *) fail_usage "unknown option '$1'" ;;
  esac
  shift
done
[[ ! $distributed || $action == start ]] || fail_usage "--distributed goes with --start"
[[ ! $followers || $distributed ]] || fail_usage "--followers goes with --distributed"
[[ ! $distributed ]] || followers=${followers:-3}
followers=${followers:-0} # single mode
[[ ! $detach || $action == start ]] || fail_usage "--detach goes with --start"

. "$root/.ci/packages.sh"
. "$root/.ci/progress.sh"
. "$root/.ci/build.sh"
. "$root/.ci/native/layout.sh"
. "$root/.ci/native/database.sh"
. "$root/.ci/native/services.sh"
. "$root/.ci/native/lifecycle.sh"

logs=$root/build/logs
token_file='' started=''

# Called through sudo in a checkout of the caller's own, only the packages are root's business: what is built
# and runs is the caller's.
become_caller() {
  local home
  ((EUID == 0)) && [[ ${SUDO_UID:-0} != 0 && $(stat -c %u "$root") == "$SUDO_UID" ]] || return 0
  if [[ $packages ]]; then
    install -d -o "$SUDO_UID" -g "$SUDO_GID" "$root/build" "$logs"
    step "Packages" "$logs/packages.log" install_purposes "$root/.ci" build page run
  fi
  home=$(getent passwd "$SUDO_UID" | cut -d: -f6)
  exec setpriv --reuid "$SUDO_UID" --regid "$SUDO_GID" --init-groups -- \
    env HOME="${home:-/}" STEP_NUMBER="$step_number" "$root/clean_install.sh" "$@" --no-packages
}

build_services_from_clean() {
  cd "$root"
  find build -mindepth 1 -maxdepth 1 ! -name logs -exec rm -rf {} +
  build_services -DSUITE_TESTS=OFF -- edge_service web_service
}

build_page_from_clean() {
  rm -rf "$root/www/dist" "$root/www/node_modules"
  build_page
}

prepare_run() {
  stage
  as_suite "$run/bin/secrets" "$run/secrets"
  make_cluster
}

# Which control token holds: the caller's, none, or one of our own.
choose_token() {
  token_file=$run/secrets/control_token
  [[ -v EDGE_CONTROL_TOKEN ]] || return 0
  token_file=''
  [[ -n $EDGE_CONTROL_TOKEN ]] || return 0
  token_file=$run/secrets/control_token_given
  # shellcheck disable=SC2016
  as_suite sh -c 'umask 077; cat >"$1"' sh "$token_file" <<<"$EDGE_CONTROL_TOKEN"
}

start_suite() {
  check_programs
  check_ports # once more: minutes may have passed
  prepare_layout
  step "Secrets, certificate, copies of what was built" "$logs/prepare.log" prepare_run
  choose_token
  define_services
  { port_names | awk '!seen[$2]++ { print $2 "=" $1 }'; echo "followers=$followers"; } >"$run/ports"
  started=yes
  step "Database" "$logs/database.log" start_database
  step "Services" "$logs/services.log" start_services
  write_env
}

# Ctrl-C, or a failure half-way: nothing of ours is left running.
interrupted() {
  trap '' INT TERM HUP
  [[ -z $step_job ]] || kill -TERM -- "-$step_job" 2>/dev/null || true
  exit 130
}
left() {
  local code=$?
  set +e # the terminal may be gone, and with it every echo
  trap '' INT TERM HUP PIPE
  if [[ $started ]]; then
    echo "ending the suite …"
    stop_suite || code=1
  fi
  exit "$code"
}
trap interrupted INT TERM HUP
trap left EXIT

if [[ $action == status ]]; then
  check_owner 3
  recall_suite
  show_status
  exit
elif [[ $action == stop ]]; then
  check_owner 1
  recall_suite
  if is_running; then echo "ending the suite …"; else echo "not running"; fi
  stop_suite
  exit 0
fi

[[ -f /etc/debian_version ]] || fail "this is no Debian or Ubuntu: use docker compose up --build instead"
choose_edges
choose_ports
steps=$((${STEP_NUMBER:-0} + (${#packages} > 0) + 2 * (${#build} > 0)))
[[ $action != start ]] || steps=$((steps + 3))
become_caller "${arguments[@]}"
# One at a time in one checkout.
exec {lock}<"$root"
flock -n "$lock" || fail "another clean_install.sh is at work in $root"
if [[ $action == start ]]; then
  check_owner 1
  ! is_running || fail "the suite runs already: ./clean_install.sh --stop ends it"
  check_ports
fi

mkdir -p "$logs"
if [[ $packages ]]; then
  prepare_sudo build page run
  step "Packages" "$logs/packages.log" install_purposes "$root/.ci" build page run
fi
if [[ $build ]]; then
  step "Building the services" "$logs/services.log" build_services_from_clean
  step "Building the page" "$logs/page.log" build_page_from_clean
fi
if [[ $action == install ]]; then
  echo "Installed and built. ./clean_install.sh --start --no-packages --no-build runs it."
  exit 0
fi

start_suite
run_place=${run_place#"$root/"}
cat <<MESSAGE

The suite runs.
  page    https://localhost:$HTTPS_PORT   (the certificate is of our own making: browsers ask, curl wants -k)
  shell   . $run_place/env; psql "\$DATABASE_URL"; curl -kN "\$HTTPS_URL/streams/posts?limit=5"
  logs    $run_place/log
MESSAGE
exec {lock}<&-
if [[ $detach ]]; then
  started=''
  echo "  end     ./clean_install.sh --stop"
  exit 0
fi
echo "  end     Ctrl-C"
while [[ -e $run/env ]]; do
  sleep 1 &
  wait $!
done
started=''
echo "ended by --stop"
