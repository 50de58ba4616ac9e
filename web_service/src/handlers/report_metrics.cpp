#include "web_service/src/handlers/handlers.hpp"

namespace suite::web {

asio::awaitable<Result<Reply>> report_metrics(Call& call) {
  const auto& parts = call.parts;
  co_return make_reply(Status::ok, "text/plain; version=0.0.4; charset=utf-8",
                       parts.metrics.text({parts.database.use(), parts.database.connected(), parts.passwords.use(),
                                           parts.connections()}));
}

}  // namespace suite::web
