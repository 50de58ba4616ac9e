// The half of a database upstream that listens: for the bell, and for its own probe.
//
// Its connection is never inside a transaction. It rings itself with every probe: while that comes back the bell is
// proved live, so a dead link shows within two probes, even while a long pull is under way on the other connection.
//
// Owner     PgUpstream.
// Threads   The core's alone.
// Failure   Any error, and two probes that did not come back, throw PgError out of listen().
#pragma once

#include <functional>

#include "edge_service/src/pg_connection.hpp"

namespace edge {

class PgListener {
 public:
  // `consumer`: this process of the node; by its name it knows its own probes.
  PgListener(const suite::asio::any_io_executor& executor, const std::string& url, const std::string& node,
             const std::string& consumer, std::chrono::milliseconds probe);

  // LISTENs; once it returns, no bell is missed.
  suite::asio::awaitable<void> connect(PgConnection::Deadline deadline);

  // Calls `rung` at each bell and `proved` when the first probe has come back. Never returns.
  suite::asio::awaitable<void> listen(std::function<void()> rung, std::function<void()> proved);

  void close() { connection_.close(); }

 private:
  suite::asio::awaitable<void> probe();

  PgConnection connection_;
  std::chrono::milliseconds probe_;
  std::string prefix_;  // of our probes' payloads, which tells them from other edges'
  std::uint64_t sent_ = 0;
  std::uint64_t heard_ = 0;
};

}  // namespace edge
