#include "web_service/src/handlers/handlers.hpp"

namespace suite::web {

// Takes the cookie back, whoever asks and however often. The token itself holds until it expires: nothing here, and no
// edge, keeps a list of those that are not to be believed any more.
asio::awaitable<Result<Reply>> close_session(Call&) {
  co_return json_reply(Status::ok, {{"logged_out", true}},
                       {{"Cache-Control", "no-store"}, {"Set-Cookie", Sessions::cookie_cleared()}});
}

}  // namespace suite::web
