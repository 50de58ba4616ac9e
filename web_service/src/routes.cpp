#include "web_service/src/routes.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/log.hpp"
#include "web_service/src/handlers/handlers.hpp"

namespace suite::web {
namespace {

// clang-format off
constexpr std::array kRoutes{
    Route{http::verb::post, "/login", open_session},
    Route{http::verb::post, "/logout", close_session},
    Route{http::verb::get, "/session", read_session},
    Route{http::verb::patch, "/session", update_session},
    Route{http::verb::post, "/users", create_user},
    Route{http::verb::get, "/posts", list_posts},
    Route{http::verb::post, "/posts", create_post},
    Route{http::verb::get, "/posts/{id}", read_post},
    Route{http::verb::put, "/posts/{id}", replace_post},
    Route{http::verb::delete_, "/posts/{id}", delete_post},
    Route{http::verb::get, "/healthz", report_alive},
    Route{http::verb::get, "/healthcheck", report_alive},
    Route{http::verb::get, "/readyz", report_ready},
    Route{http::verb::get, "/metrics", report_metrics},
};
// clang-format on

constexpr std::string_view kId = "{id}";

// The number a path ends in. 0 where it is none of ours: then there is nothing of that id.
std::int64_t id_in(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size() && id > 0 ? id : 0;
}

bool matches(std::string_view pattern, std::string_view path, std::int64_t& id) {
  if (!pattern.ends_with(kId)) return pattern == path;
  pattern.remove_suffix(kId.size());
  if (!path.starts_with(pattern)) return false;
  const auto last = path.substr(pattern.size());
  if (last.empty() || last.find('/') != std::string_view::npos) return false;
  id = id_in(last);
  return true;
}

bool changes_something(http::verb method) { return method != http::verb::get && method != http::verb::head; }

// Counts and logs an answer, also where the handler threw and the session answers 500.
class Account {
 public:
  Account(Metrics& metrics, const Request& request, const Route* route)
      : metrics_(metrics), request_(request), route_(route) {}
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;
  ~Account() {
    const auto took = Clock::now() - started_;
    const std::string pattern(route_ ? route_->pattern : "none");
    const std::string method(route_ ? http::to_string(route_->method) : "none");
    metrics_.request_answered(method, pattern, static_cast<unsigned>(status), took);
    log::debug("request", {{"method", std::string(request_.method_string())},
                           {"route", pattern},
                           {"status", static_cast<unsigned>(status)},
                           {"duration_ms", std::chrono::duration<double, std::milli>(took).count()}});
  }

  Status status = Status::internal_server_error;

 private:
  Metrics& metrics_;
  const Request& request_;
  const Route* route_;
  const Clock::time_point started_ = Clock::now();
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

Match find_route(http::verb method, std::string_view target) {
  Match match;
  const auto question = target.find('?');
  if (question != std::string_view::npos) match.query = target.substr(question + 1);
  const auto path = target.substr(0, question);
  const auto wanted = method == http::verb::head ? http::verb::get : method;
  for (const Route& route : kRoutes) {
    std::int64_t id = 0;
    if (!matches(route.pattern, path, id)) continue;
    if (route.method == wanted) {
      match.route = &route;
      match.id = id;
      return match;
    }
    match.allow.append(match.allow.empty() ? "" : ", ").append(http::to_string(route.method));
    if (route.method == http::verb::get) match.allow.append(", HEAD");
  }
  return match;
}

Routes::Routes(const Parts& parts, std::unique_ptr<EdgeClient> edge) : parts_(parts), edge_(std::move(edge)) {}

asio::awaitable<Answer> Routes::handle(Request& request, const tcp::endpoint& peer) {
  const auto match = find_route(request.method(), request.target());
  Account account(parts_.metrics, request, match.route);
  Reply reply = co_await answer(request, match, peer);
  account.status = reply.status;
  co_return reply;
}

asio::awaitable<Reply> Routes::answer(const Request& request, const Match& match, const tcp::endpoint& peer) {
  if (!match.route) {
    if (match.allow.empty()) co_return reply_of({Problem::unknown_route});
    Reply refused = reply_of({Problem::method_not_allowed});
    refused.extra += field_line("Allow", match.allow);
    co_return refused;
  }
  if (changes_something(request.method()) && is_cross_site(request)) co_return reply_of({Problem::cross_site});

  Call call{parts_, *edge_, request, match.query, match.id, peer};
  const auto result = co_await match.route->handler(call);
  if (result) co_return *result;
  const auto error = result.error();
  Reply reply = reply_of(error);
  if (error.problem == Problem::bad_session && request.find(http::field::authorization) == request.end()) {
    // A cookie that does not hold is of no use to anyone: without it the next request is at least an anonymous one.
    reply.extra += field_line("Set-Cookie", Sessions::cookie_cleared());
  }
  co_return reply;
}

}  // namespace suite::web
