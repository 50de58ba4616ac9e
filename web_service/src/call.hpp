// One request on its way through its handler, and what the handlers work with.
#pragma once

#include <functional>

#include "common/http_session.hpp"
#include "web_service/src/database.hpp"
#include "web_service/src/edge_client.hpp"
#include "web_service/src/login_throttle.hpp"
#include "web_service/src/metrics.hpp"
#include "web_service/src/passwords.hpp"
#include "web_service/src/readiness.hpp"
#include "web_service/src/sessions.hpp"

namespace suite::web {

// What all io threads share. Owner: main, which keeps each part longer than the io threads.
struct Parts {
  Database& database;
  Passwords& passwords;
  LoginThrottle& throttle;
  Sessions& sessions;
  Readiness& readiness;
  Metrics& metrics;
  std::function<std::size_t()> connections;  // of clients, open now
};

// Borrowed from the session for as long as the handler runs.
struct Call {
  const Parts& parts;
  EdgeClient& edge;  // the io thread's own
  const Request& request;
  std::string_view query;  // encoded, without "?"
  std::int64_t id = 0;     // of a path that names one
  const tcp::endpoint& peer;
};

using Handler = asio::awaitable<Result<Reply>> (*)(Call&);

}  // namespace suite::web
