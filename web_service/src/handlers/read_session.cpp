#include "web_service/src/handlers/handlers.hpp"
#include "web_service/src/users.hpp"

namespace suite::web {

asio::awaitable<Result<Reply>> read_session(Call& call) {
  const auto identity = call.parts.sessions.require(call.request);
  if (!identity) co_return identity.error();
  auto query = [id = identity->user_id](pqxx::transaction_base& transaction) { return user_of_id(transaction, id); };
  const auto user = co_await call.parts.database.read(std::move(query));
  if (!user) co_return user.error();
  if (!*user) co_return user_is_gone();
  co_return json_reply(Status::ok, {{"user", as_json(**user)}}, {{"Cache-Control", "private, no-store"}});
}

}  // namespace suite::web
