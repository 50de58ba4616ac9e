#include "web_service/src/handlers/handlers.hpp"
#include "web_service/src/json_body.hpp"
#include "web_service/src/users.hpp"

namespace suite::web {

// The token holds the name, so a new one is answered too; a browser gets it as its cookie.
asio::awaitable<Result<Reply>> update_session(Call& call) {
  const auto& sessions = call.parts.sessions;
  const auto identity = sessions.require(call.request);
  if (!identity) co_return identity.error();
  const auto body = json_body(call.request);
  if (!body) co_return body.error();
  const auto input = read_user_change(body->object);
  if (!input) co_return input.error();

  auto change = [id = identity->user_id, input = *input](pqxx::transaction_base& transaction) {
    return update_user(transaction, id, input);
  };
  const auto written = co_await call.parts.database.change(std::move(change));
  if (!written) co_return written.error();
  const std::string token = sessions.token_for(written->user.id, written->user.name);
  Reply reply = json_reply(Status::ok, {{"token", token}, {"user", as_json(written->user)}},
                           {{"Cache-Control", "no-store"}, {"Edge-Token", written->edge_token}});
  if (identity->by_cookie) reply.extra += field_line("Set-Cookie", sessions.cookie_with(token));
  co_return reply;
}

}  // namespace suite::web
