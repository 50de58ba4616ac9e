#include "edge_service/src/node_routes.hpp"

#include "common/time_text.hpp"

namespace edge {

std::string version_text(const Version& version) {
  const std::string id = version_id(version, 0);
  return id.substr(0, id.rfind('.'));
}

std::optional<Version> parse_version_text(std::string_view text) {
  return parse_version_id(std::string(text) + version_id({}, 0).substr(version_id({}, 0).rfind('.')), 0);
}

nlohmann::json NodeRoutes::state() const {
  const Health& health = shelf_.health();
  const auto now = std::chrono::system_clock::now();
  auto troubles = nlohmann::json::array();
  for (const auto& [key, trouble] : health.troubles().all()) {
    troubles.push_back({{"kind", name_of(key.second)}, {"reason", trouble.reason}});
    if (!key.first.empty()) troubles.back()["resource"] = key.first;
  }
  return {{"node", node_.name},
          {"role", node_.role},
          {"version", version_text(shelf_.version())},
          {"upstream_connected", health.upstream_connected()},
          {"stale", health.stale(now)},
          {"staleness_ms", health.staleness(now).count()},
          {"fresh_as_of", health.loaded() ? nlohmann::json(suite::iso_time(health.fresh_as_of())) : nullptr},
          {"troubles", std::move(troubles)}};
}

suite::Reply NodeRoutes::ready() const {
  const Health& health = shelf_.health();
  nlohmann::json body = state();
  const char* reason = nullptr;
  if (health.draining()) {
    reason = "draining";
  } else if (!health.loaded()) {
    reason = "loading";
  } else if (node_.max_staleness && health.staleness(std::chrono::system_clock::now()) > *node_.max_staleness) {
    reason = "too_stale";
  }
  body["ready"] = reason == nullptr;
  if (!reason) return suite::json_reply(suite::Status::ok, body, {{"Cache-Control", "no-store"}});
  body["error"] = reason;
  body["message"] = "this node takes no clients now; another one does, or this one a little later";
  return suite::json_reply(suite::Status::service_unavailable, body,
                           {{"Cache-Control", "no-store"}, {"Retry-After", "1"}});
}

std::optional<suite::Reply> NodeRoutes::answer(std::string_view path) const {
  if (path == "/healthz")
    return suite::json_reply(suite::Status::ok, {{"status", "ok"}}, {{"Cache-Control", "no-store"}});
  if (path == "/readyz") return ready();
  return std::nullopt;
}

}  // namespace edge
