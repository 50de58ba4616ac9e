#include "web_service/src/handlers/handlers.hpp"
#include "web_service/src/json_body.hpp"
#include "web_service/src/posts.hpp"

namespace suite::web {

asio::awaitable<Result<Reply>> replace_post(Call& call) {
  const auto identity = call.parts.sessions.require(call.request);
  if (!identity) co_return identity.error();
  const auto body = json_body(call.request);
  if (!body) co_return body.error();
  const auto input = read_post_replacement(body->object);
  if (!input) co_return input.error();

  auto change = [id = call.id, author = identity->user_id, input = *input](pqxx::transaction_base& transaction) {
    return replace_post(transaction, id, author, input);
  };
  auto written = co_await call.parts.database.change(std::move(change));
  if (!written) co_return written.error();
  co_return make_reply(Status::ok, "application/json", std::move(written->json),
                       {{"Edge-Token", written->edge_token}, {"Cache-Control", "no-store"}});
}

}  // namespace suite::web
