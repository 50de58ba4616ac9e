#include "web_service/src/handlers/handlers.hpp"
#include "web_service/src/stream_redirect.hpp"

namespace suite::web {

asio::awaitable<Result<Reply>> list_posts(Call& call) {
  const auto identity = call.parts.sessions.identify(call.request);
  if (!identity) co_return identity.error();
  if (wants_stream(call.request)) {
    const auto query = read_stream_query(call.query);
    if (!query) co_return query.error();
    co_return co_await redirect_to_stream(call, "posts", *query, std::nullopt);
  }

  std::string target = "/v1/resources/posts";
  if (!call.query.empty()) target.append("?").append(call.query);
  auto answer = co_await call.edge.read(call.request, std::move(target));
  if (!answer) co_return answer.error();
  co_return passed_on(std::move(*answer));
}

}  // namespace suite::web
