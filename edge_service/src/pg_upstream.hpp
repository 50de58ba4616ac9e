// The upstream that is a PostgreSQL database: hears the bell, pulls, hands over one batch per pull.
//
// Two connections: one only listens, the other pulls. Bells that ring during a pull are answered by one next pull.
//
// Owner     main.
// Threads   The core's alone.
// Failure   Any error ends both connections; they are made anew after a pause that grows to `longest_pause`, for ever.
//           LISTEN is confirmed before the first pull, so nothing falls between. The node counts as connected only
//           while its own bell comes back.
#pragma once

#include <memory>

#include "common/backoff.hpp"
#include "edge_service/src/event.hpp"
#include "edge_service/src/pg_listener.hpp"
#include "edge_service/src/pg_puller.hpp"

namespace edge {

struct PgUpstreamOptions {
  std::vector<std::string> urls;  // tried in turn
  std::string node;
  std::chrono::milliseconds probe{1000};
  std::chrono::milliseconds poll{1000};
  std::chrono::milliseconds longest_pause{1000};
};

class PgUpstream : public Upstream {
 public:
  PgUpstream(suite::asio::io_context& core, PgUpstreamOptions options, BatchSink& sink, Health& health,
             Metrics& metrics);

  suite::asio::awaitable<void> run() override;
  void nudge() override { bell_.ring(); }
  suite::asio::awaitable<void> leave() override;

 private:
  suite::asio::awaitable<void> follow(const std::string& url);
  suite::asio::awaitable<void> look_for_ever();
  suite::asio::awaitable<void> settle_leases();

  suite::asio::io_context& core_;
  PgUpstreamOptions options_;
  Health& health_;
  Metrics& metrics_;
  Event bell_;
  suite::Backoff backoff_;
  std::string consumer_;  // one name per process: two of one node must not take each other for asleep
  Wakefulness wakefulness_;
  PgPuller puller_;
  std::unique_ptr<PgListener> listener_;
  std::string url_;  // that we are or were connected to
  bool stopping_ = false;
};

}  // namespace edge
