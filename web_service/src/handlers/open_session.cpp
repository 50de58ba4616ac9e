#include "common/log.hpp"
#include "web_service/src/handlers/handlers.hpp"
#include "web_service/src/json_body.hpp"
#include "web_service/src/users.hpp"

namespace suite::web {
namespace {

// As the proxy gives it. Whoever reaches this port past the proxy can write what he likes there, and gains no more
// than attempts of his own.
std::string client_address(const Call& call) {
  const std::string_view forwarded = call.request["X-Forwarded-For"];
  const auto last = forwarded.find_last_of(", ");
  if (!forwarded.empty()) return std::string(last == std::string_view::npos ? forwarded : forwarded.substr(last + 1));
  return call.peer.address().to_string();
}

// The user, or nobody where name and password do not go together.
asio::awaitable<Result<std::optional<User>>> verified(const Call& call, Credentials credentials) {
  auto query = [name = credentials.username](pqxx::transaction_base& transaction) {
    return user_named(transaction, name);
  };
  const auto known = co_await call.parts.database.read(std::move(query));
  if (!known) co_return known.error();
  const auto hash = *known ? std::optional((*known)->password_hash) : std::nullopt;
  const auto matched = co_await call.parts.passwords.match(std::move(credentials.password), hash);
  if (!matched) co_return matched.error();
  co_return *matched ? std::optional((*known)->user) : std::nullopt;
}

}  // namespace

asio::awaitable<Result<Reply>> open_session(Call& call) {
  const auto body = json_body(call.request);
  if (!body) co_return body.error();
  auto credentials = read_credentials(body->object);
  if (!credentials) co_return credentials.error();

  const std::string name = credentials->username;
  const std::string address = client_address(call);
  auto& throttle = call.parts.throttle;
  if (!throttle.take(name, address, Clock::now())) co_return ApiError{Problem::too_many_attempts};
  const auto user = co_await verified(call, std::move(*credentials));
  const bool refused = user && !*user;
  if (!refused) throttle.give_back(name, address);
  if (!user) co_return user.error();
  call.parts.metrics.login(!refused);
  if (refused) {
    log::info("login_failed", {{"peer", address}});  // not the name: people type their password there
    co_return ApiError{Problem::wrong_credentials};
  }

  const std::string token = call.parts.sessions.token_for((*user)->id, (*user)->name);
  co_return json_reply(Status::ok, {{"token", token}, {"user", as_json(**user)}},
                       {{"Cache-Control", "no-store"}, {"Set-Cookie", call.parts.sessions.cookie_with(token)}});
}

}  // namespace suite::web
