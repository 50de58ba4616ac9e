// Which handler answers which request, and what is true of all of them: pages of other sites change nothing, a token
// that does not hold is told so, every answer is counted.
//
// Owner     The HTTP server, one for each io thread.
// Threads   That io thread's alone.
#pragma once

#include <span>

#include "web_service/src/call.hpp"

namespace suite::web {

struct Route {
  http::verb method;
  std::string_view pattern;  // "/posts/{id}": the last segment is a number
  Handler handler;
};

std::span<const Route> routes();

// Where a request leads.
struct Match {
  const Route* route = nullptr;
  std::int64_t id = 0;
  std::string_view query;
  std::string allow;  // the path is known, the method is not: those that are
};

// Nothing matched: `route` null and `allow` empty. HEAD matches as GET does.
Match find_route(http::verb method, std::string_view target);

class Routes : public HttpHandler {
 public:
  Routes(const Parts& parts, std::unique_ptr<EdgeClient> edge);

  asio::awaitable<Answer> handle(Request& request, const tcp::endpoint& peer) override;

 private:
  asio::awaitable<Reply> answer(const Request& request, const Match& match, const tcp::endpoint& peer);

  const Parts& parts_;
  std::unique_ptr<EdgeClient> edge_;
};

}  // namespace suite::web
