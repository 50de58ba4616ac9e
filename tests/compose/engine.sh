# shellcheck shell=bash
# shellcheck disable=SC2034 # compose_command is for who sources this
# Which command speaks to Docker Compose, and whether an engine answers. Sourced after promises.sh.

# Some machines carry a client that does not look for plugins: Compose is then called by its path.
find_compose() {
  local path
  if docker compose version >/dev/null 2>&1; then
    compose_command=(docker compose)
    return
  fi
  for path in /usr/local/lib/docker/cli-plugins /usr/libexec/docker/cli-plugins /usr/lib/docker/cli-plugins; do
    if [[ -x $path/docker-compose ]]; then
      compose_command=("$path/docker-compose")
      return
    fi
  done
  return 1
}

# Whoever started us may be making an engine ready; it takes the file AWAIT_ENGINE away when it is done.
await_engine() {
  local said=''
  while [[ ${AWAIT_ENGINE:-} && -e $AWAIT_ENGINE ]]; do
    [[ $said ]] || echo "waiting for the Docker engine to be made ready …" >&2
    said=yes
    sleep 1
  done
}

# Nothing, or why the compose tests cannot be run here.
why_not() {
  local port name
  await_engine
  command -v docker >/dev/null || { echo "there is no docker command"; return 1; }
  docker info >/dev/null 2>&1 || { echo "no Docker engine answers"; return 1; }
  find_compose || { echo "Docker Compose v2 is not installed"; return 1; }
  project_compose down -v --remove-orphans >/dev/null 2>&1 || true # what a killed run of ours left
  while read -r port name; do
    if (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "port $port is taken: free it, or choose another with $name=…"
      return 1
    fi
  done < <(printf '%s %s\n' "$HTTP_PORT" HTTP_PORT "$HTTPS_PORT" HTTPS_PORT "$EDGE_PORT" EDGE_PORT)
}
