#include "common/log.hpp"
#include "web_service/src/handlers/handlers.hpp"
#include "web_service/src/json_body.hpp"
#include "web_service/src/users.hpp"

namespace suite::web {

asio::awaitable<Result<Reply>> create_user(Call& call) {
  const auto body = json_body(call.request);
  if (!body) co_return body.error();
  const auto user = read_new_user(body->object);
  if (!user) co_return user.error();
  const auto hash = co_await call.parts.passwords.hash(user->password);
  if (!hash) co_return hash.error();

  auto change = [user = *user, hash = *hash](pqxx::transaction_base& transaction) {
    return insert_user(transaction, user, hash);
  };
  const auto written = co_await call.parts.database.change(std::move(change));
  if (!written) co_return written.error();
  log::info("user_created", {{"user_id", written->user.id}});
  co_return json_reply(Status::created, {{"user", as_json(written->user)}},
                       {{"Cache-Control", "no-store"}, {"Edge-Token", written->edge_token}});
}

}  // namespace suite::web
