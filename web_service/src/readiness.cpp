#include "web_service/src/readiness.hpp"

#include "common/log.hpp"

namespace suite::web {

asio::awaitable<void> Readiness::run_database(Database& database) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (;;) {
    const bool reachable = co_await database.reachable();
    learn(database_, "database", reachable);
    pause.expires_after(kEvery);
    co_await pause.async_wait(kTuple);
  }
}

asio::awaitable<void> Readiness::run_edge(EdgeClient& edge) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (;;) {
    const bool ready = co_await edge.ready(kEvery);
    learn(edge_, "edge", ready);
    pause.expires_after(kEvery);
    co_await pause.async_wait(kTuple);
  }
}

void Readiness::learn(Known& known, const char* what, bool reachable) {
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    news = !std::exchange(known.told, true) || known.reachable != reachable;
    known.reachable = reachable;
    known.at = Clock::now();
  }
  if (news) log::info(reachable ? "dependency_reachable" : "dependency_unreachable", {{"dependency", what}});
}

Readiness::State Readiness::now() const {
  const std::lock_guard lock(mutex_);
  const auto oldest = Clock::now() - kOldest;
  return {database_.reachable && database_.at >= oldest, edge_.reachable && edge_.at >= oldest};
}

}  // namespace suite::web
