#include "web_service/src/handlers/handlers.hpp"
#include "web_service/src/posts.hpp"

namespace suite::web {

asio::awaitable<Result<Reply>> delete_post(Call& call) {
  const auto identity = call.parts.sessions.require(call.request);
  if (!identity) co_return identity.error();
  auto change = [id = call.id, author = identity->user_id](pqxx::transaction_base& transaction) {
    return remove_post(transaction, id, author);
  };
  auto last = co_await call.parts.database.change(std::move(change));
  if (!last) co_return last.error();
  co_return make_reply(Status::ok, "application/json", std::move(last->json),
                       {{"Edge-Token", last->edge_token}, {"Cache-Control", "no-store"}});
}

}  // namespace suite::web
