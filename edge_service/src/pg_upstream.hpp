// The upstream that is a PostgreSQL database: listens for the bell, pulls, hands over one batch per pull.
//
// Two connections: one only listens and is never inside a transaction, the other pulls. A batch is what edge.pull
// reports between two snapshots (db/README.md has the contract); what must be read whole is read in the transaction
// of the pull, so at its snapshot. Bells that ring during a pull are answered by one next pull.
//
// Owner     main.
// Threads   The core's alone.
// Failure   Any error ends both connections; they are made anew after a pause that grows to `longest_pause`, for ever.
//           LISTEN is confirmed before the first pull, so nothing falls between. The node counts as connected only
//           while its own bell comes back: the listener rings it with every probe, so a dead link shows within two,
//           even while a long pull is under way on the other connection.
#pragma once

#include <memory>

#include "common/backoff.hpp"
#include "edge_service/src/event.hpp"
#include "edge_service/src/health.hpp"
#include "edge_service/src/metrics.hpp"
#include "edge_service/src/pg_connection.hpp"
#include "edge_service/src/pull_report.hpp"

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
  // A resource whose declaration we have.
  struct Held {
    DeclarationPtr declaration;
    bool loaded = false;
  };
  suite::asio::awaitable<void> follow(const std::string& url);
  suite::asio::awaitable<void> listen();
  suite::asio::awaitable<void> pull_for_ever();
  suite::asio::awaitable<void> pull();
  suite::asio::awaitable<void> deliver_whole(Health::Time began);
  suite::asio::awaitable<void> survey();
  suite::asio::awaitable<void> acknowledge();
  void hear(const PgConnection::Notification& heard);
  suite::asio::awaitable<void> renew_marker();

  std::vector<PgStatement> pull_statements(bool lock = true) const;
  Declarations declared() const;
  void learn(PullReport& report);
  // `began`: when the pull did, before its snapshot; what is delivered is fresh as of then.
  void deliver(PullReport&& report, std::vector<ResourceBatch> whole, Health::Time began);
  std::string held_json() const;
  PgConnection::Deadline soon() const;

  suite::asio::io_context& core_;
  PgUpstreamOptions options_;
  BatchSink& sink_;
  Health& health_;
  Metrics& metrics_;
  Event bell_;
  suite::Backoff backoff_;

  std::unique_ptr<PgConnection> listener_;
  std::unique_ptr<PgConnection> puller_;
  std::optional<std::string> since_;   // the snapshot applied last
  std::optional<std::string> marker_;  // the journal that it belongs to
  std::map<std::string, Held> held_;
  std::vector<std::string> gone_;  // unpublished, to be told with the next batch

  std::string probe_prefix_;  // tells our probes from other edges'
  std::uint64_t probe_sent_ = 0;
  std::uint64_t probe_heard_ = 0;
  bool stopping_ = false;
};

}  // namespace edge
