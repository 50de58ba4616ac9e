# shellcheck shell=bash
# Which Debian or Ubuntu packages each purpose needs, and which of them are missing. Sourced.

# build (the services) | page | run | test | browser | bench | peers | alternatives → names, one a line
packages_for() {
  local boost=''
  case $1 in
    build)
      # Debian 12 keeps Boost 1.81 beside its default 1.74; later releases default to 1.83 or newer.
      apt-cache show libboost-url-dev >/dev/null 2>&1 || boost=1.81
      printf '%s\n' g++ cmake ninja-build ccache pkg-config "libboost$boost-dev" "libboost-url$boost-dev" \
        libpqxx-dev libpq-dev nlohmann-json3-dev libspdlog-dev libcli11-dev prometheus-cpp-dev \
        libsodium-dev libjwt-dev zlib1g-dev libzstd-dev libabsl-dev
      ;;
    page) echo ca-certificates ;;
    run) printf '%s\n' haproxy nginx s6 curl openssl ;;
    test) printf '%s\n' libgtest-dev libgmock-dev python3 python3-psycopg2 procps spin nftables libssl-dev valgrind ;;
    browser) printf '%s\n' chromium ;;
    bench) printf '%s\n' wrk libbenchmark-dev ;;
    alternatives) printf '%s\n' liburing-dev libjemalloc2 libmimalloc-dev ;;
    peers) printf '%s\n' nginx libnginx-mod-nchan haproxy varnish pushpin ;;
  esac
}

# PostgreSQL and Node.js also count when they came from elsewhere, and then must not be replaced.
has_postgresql() { command -v psql >/dev/null && compgen -G '/usr/lib/postgresql/1[5-9]/bin/postgres' >/dev/null; }
has_node() {
  command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null
}

# purposes… → the packages that are not installed, one a line
missing_packages() {
  local purpose name
  for purpose; do
    for name in $(packages_for "$purpose"); do
      dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || echo "$name"
    done
    case $purpose in
      page | peers) has_node || printf '%s\n' nodejs npm ;;
      run) has_postgresql || echo postgresql ;;
    esac
  done
}

# install_purposes DIRECTORY_OF_THIS_FILE PURPOSE…: installs what is missing, through sudo where we are not root.
install_purposes() {
  local here=$1
  shift
  if [[ -z $(missing_packages "$@") ]]; then
    echo "all packages are there"
  elif ((EUID == 0)); then
    "$here/install_packages" "$@"
  else
    sudo "$here/install_packages" "$@"
  fi
}

# Asks for sudo's password while the terminal is ours.
prepare_sudo() { # PURPOSE…
  ((EUID != 0)) && [[ $(missing_packages "$@") ]] || return 0
  command -v sudo >/dev/null && sudo -v && return
  echo "packages are missing and sudo does not help: run this as root once" >&2
  return 1
}
