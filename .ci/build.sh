# shellcheck shell=bash
# How the services and the page are built, for clean_install.sh and tests/run alike. Sourced; needs $root.

# build_services CONFIGURE_OPTIONS -- TARGETS…    (no target: all)
build_services() {
  local options=()
  while [[ $1 != -- ]]; do options+=("$1"); shift; done
  shift
  cd "${root:?}" || return
  cmake --preset default "${options[@]}" || return
  cmake --build build -j "$(build_jobs)" ${1:+--target "$@"}
}

# As many as there are cores, but each with 1.5 GB: that is what our largest sources take.
build_jobs() {
  awk -v cores="$(nproc)" '/^MemAvailable/ { n = int($2 / 1500000); print n < 1 ? 1 : n < cores ? n : cores }' /proc/meminfo
}

build_page() {
  cd "$root/www" || return
  npm ci --no-audit --no-fund && npm run build
}
