#include "edge_service/src/pg_listener.hpp"

#include "edge_service/src/queries.hpp"

namespace edge {

namespace asio = suite::asio;
using suite::Clock;

PgListener::PgListener(const asio::any_io_executor& executor, const std::string& url, const std::string& node,
                       const std::string& consumer, std::chrono::milliseconds probe)
    : connection_(executor, url, node + " listen"), probe_(probe), prefix_(consumer + "/") {}

asio::awaitable<void> PgListener::connect(PgConnection::Deadline deadline) {
  co_await connection_.connect(deadline);
  co_await connection_.run(in_turn(pg("LISTEN edge"), pg("LISTEN edge_probe")), deadline);
}

asio::awaitable<void> PgListener::listen(std::function<void()> rung, std::function<void()> proved) {
  for (auto next_probe = Clock::now();;) {
    if (Clock::now() >= next_probe) {
      next_probe = Clock::now() + probe_;
      co_await probe();
    }
    const auto heard = co_await connection_.notification(next_probe);
    if (!heard) continue;
    if (heard->channel == "edge") {
      rung();
    } else if (heard->payload.compare(0, prefix_.size(), prefix_) == 0) {
      heard_ = std::stoull(heard->payload.substr(prefix_.size()));
      if (heard_ == 1) proved();
    }
  }
}

asio::awaitable<void> PgListener::probe() {
  if (sent_ >= heard_ + 2) throw PgError("two probes did not come back: the bell is not heard");
  ++sent_;
  auto statements = in_turn(pg(queries::kProbe, prefix_ + std::to_string(sent_)));
  co_await connection_.run(std::move(statements), Clock::now() + 2 * probe_);
}

}  // namespace edge
