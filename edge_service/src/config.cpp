#include "edge_service/src/config.hpp"

#include <boost/asio/ip/host_name.hpp>
#include <thread>

namespace edge {

Config::Config() {
  boost::system::error_code unknown;
  node = boost::asio::ip::host_name(unknown);
  threads = std::max(1U, std::thread::hardware_concurrency());
}

suite::Settings::Outcome Config::parse(int argc, const char* const* argv) {
  suite::Settings settings("edge_service", "EDGE_",
                           "Keeps JSON resources fresh against PostgreSQL and streams every change.");
  settings.list("upstream", upstream,
                "where versions come from: postgresql://… or edges, http://host:8081; several are tried in turn");
  settings.required("postgresql://user@host/database, or http://host:8081 of another edge");
  settings.text("bind", bind, "address to listen on");
  settings.port("streaming-port", streaming_port, "port of the streaming API");
  settings.port("control-port", control_port, "port of the control API");
  settings.text("node", node, "this node's name in log, health and pg_stat_activity");
  settings.integer("threads", threads, 1, 256, "io threads");
  settings.secret("jwt-secret", jwt_secret, 16, "key of the users' tokens (HS256); needed for owner-scoped resources");
  settings.text("jwt-claim", jwt_claim, "claim that names the owner");
  settings.text("jwt-issuer", jwt_issuer, "issuer and audience to demand of tokens; empty: any");
  settings.text("jwt-cookie", jwt_cookie, "cookie that may carry the token");
  settings.secret("stream-secret", stream_secret, 16,
                  "key that seals stream ids, the same on all nodes; derived from the JWT secret where not given");
  settings.secret("control-token", control_token, 16, "bearer token that the control API demands");
  settings.integer("history-mb", history_mb, 0, 65536,
                   "MiB of past versions kept for readers, and as much for followers, that come back");
  settings.integer("client-buffer-kb", client_buffer_kb, 16, 65536,
                   "KiB that a reader may be behind, and that its socket may hold, before it is conflated");
  settings.integer("max-windows", max_windows, 1, 10'000'000, "distinct windows open per io thread");
  settings.integer("max-connections", max_connections, 1, 1'000'000, "connections open per port");
  settings.integer("max-input-entries", max_input_entries, 0, 100'000'000, "entries held in all inputs together");
  settings.integer("max-input-mb", max_input_mb, 0, 65536, "MiB held in all inputs together");
  settings.milliseconds("max-wait-ms", max_wait, 0, 600'000, "longest wait for a token (Edge-After)");
  settings.seconds("heartbeat-s", heartbeat, 1, 3600, "interval of a stream's heartbeats");
  settings.milliseconds("poll-ms", poll, 10, 600'000, "pull at least so often, bell or not, and with every probe");
  settings.milliseconds("probe-ms", probe, 100, 60'000, "interval of the upstream's probe; two missed = disconnected");
  settings.seconds("drain-s", drain, 0, 3600, "time over which streams are closed at the end");
  settings.optional_seconds("max-staleness-s", max_staleness, 1, 1'000'000'000, "a node staler than this is not ready");
  settings.choice("log-level", log_level, {"debug", "info", "warn", "error"}, "least level to log");
  settings.choice("log-format", log_format, {"json", "text"}, "shape of the log");
  const auto outcome = settings.parse(argc, argv);
  if (outcome == suite::Settings::Outcome::run) {
    const auto is_database = [](const std::string& url) {
      return url.starts_with("postgresql://") || url.starts_with("postgres://");
    };
    for (const auto& url : upstream) {
      if (is_database(url)) continue;
      const auto address = suite::parse_http_address(url);
      if (!address) {
        throw suite::BadSetting("EDGE_UPSTREAM (--upstream): given a URL that begins with \"" +
                                url.substr(0, url.find(':')) + "\"; allowed: postgresql://user@host/database, or an " +
                                "edge's control port, http://host:8081");
      }
      upstream_edges.push_back(*address);
    }
    if (!upstream_edges.empty() && upstream_edges.size() < upstream.size()) {
      throw suite::BadSetting(
          "EDGE_UPSTREAM (--upstream): given databases and edges; allowed: one kind, since a node that follows an edge "
          "has the edge's versions and one that follows a database its own");
    }
  }
  return outcome;
}

}  // namespace edge
