#include "web_service/src/handlers/handlers.hpp"

namespace suite::web {

// "Restart me?"
asio::awaitable<Result<Reply>> report_alive(Call&) {
  co_return json_reply(Status::ok, {{"status", "alive"}}, {{"Cache-Control", "no-store"}});
}

// "Send me clients?"
asio::awaitable<Result<Reply>> report_ready(Call& call) {
  const auto state = call.parts.readiness.now();
  const auto word = [](bool reachable) { return reachable ? "reachable" : "unreachable"; };
  nlohmann::json body{{"ready", state.ready()}, {"database", word(state.database)}, {"edge", word(state.edge)}};
  if (!state.ready()) {
    body["error"] = "not_ready";
    body["message"] = "this service needs the database and an edge: see which is unreachable, it is asked every second";
  }
  co_return json_reply(state.ready() ? Status::ok : Status::service_unavailable, body, {{"Cache-Control", "no-store"}});
}

}  // namespace suite::web
