#include "web_service/src/handlers/handlers.hpp"
#include "web_service/src/json_body.hpp"
#include "web_service/src/posts.hpp"

namespace suite::web {

asio::awaitable<Result<Reply>> create_post(Call& call) {
  const auto identity = call.parts.sessions.require(call.request);
  if (!identity) co_return identity.error();
  const auto body = json_body(call.request);
  if (!body) co_return body.error();
  const auto input = read_new_post(body->object);
  if (!input) co_return input.error();

  auto change = [author = identity->user_id, input = *input](pqxx::transaction_base& transaction) {
    return insert_post(transaction, author, input);
  };
  auto written = co_await call.parts.database.change(std::move(change));
  if (!written) co_return written.error();
  // Relative to the address asked for, whose prefix the proxy may have taken off.
  const std::string location = "posts/" + std::to_string(written->id);
  co_return make_reply(Status::created, "application/json", std::move(written->json),
                       {{"Location", location}, {"Edge-Token", written->edge_token}, {"Cache-Control", "no-store"}});
}

}  // namespace suite::web
