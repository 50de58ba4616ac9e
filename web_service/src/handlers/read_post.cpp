#include "web_service/src/handlers/handlers.hpp"
#include "web_service/src/stream_redirect.hpp"

namespace suite::web {
namespace {

constexpr unsigned kNotFound = 404;

asio::awaitable<Result<ClientReply>> read_entry(Call& call, const char* resource,
                                                std::optional<std::int64_t> owner = std::nullopt) {
  std::string target = std::string("/v1/resources/") + resource + "/" + std::to_string(call.id);
  if (!call.query.empty()) target.append("?").append(call.query);
  co_return co_await call.edge.read(call.request, std::move(target), owner);
}

// The author follows his post among his own, where it stays when he takes it back to a draft.
asio::awaitable<Result<Reply>> stream_post(Call& call, const std::optional<Identity>& identity) {
  auto query = read_stream_query(call.query);
  if (!query) co_return query.error();
  query->parameters["key"] = call.id;
  if (identity) {
    const auto own = co_await read_entry(call, "my_posts", identity->user_id);
    if (!own) co_return own.error();
    if (own->status != kNotFound) {
      co_return co_await redirect_to_stream(call, "my_posts", *query, identity->user_id);
    }
  }
  co_return co_await redirect_to_stream(call, "posts", *query, std::nullopt);
}

}  // namespace

asio::awaitable<Result<Reply>> read_post(Call& call) {
  const auto identity = call.parts.sessions.identify(call.request);
  if (!identity) co_return identity.error();
  if (call.id == 0) co_return ApiError{Problem::not_found};
  if (wants_stream(call.request)) co_return co_await stream_post(call, *identity);

  auto answer = co_await read_entry(call, "posts");
  if (answer && answer->status == kNotFound && *identity) {
    answer = co_await read_entry(call, "my_posts", (*identity)->user_id);
  }
  if (!answer) co_return answer.error();
  if (answer->status == kNotFound) co_return ApiError{Problem::not_found};
  co_return passed_on(std::move(*answer));
}

}  // namespace suite::web
