// The half of a database upstream that pulls: asks what has become visible, and hands it over as batches.
//
// A pull is one message: lock the views, ask, commit, fetch. The server keeps the answer, and what is read whole, in
// holdable cursors, so the transaction with its locks and its snapshot is over before the first row is sent: an edge
// that stops reading stands in nobody's way.
//
// Owner     PgUpstream. What was pulled last outlives the connection; the next one goes on from there.
// Threads   The core's alone; one call at a time.
// Failure   A broken connection throws PgError out of any call. What the server refuses is told and answered: by
//           setting aside the resource at fault, else by trying again later.
#pragma once

#include <memory>

#include "edge_service/src/event.hpp"
#include "edge_service/src/held_resources.hpp"
#include "edge_service/src/pg_connection.hpp"
#include "edge_service/src/wakefulness.hpp"

namespace edge {

class PgPuller {
 public:
  // `consumer`: the name by which the database knows this process of the node.
  PgPuller(suite::asio::any_io_executor executor, std::string node, std::string consumer, BatchSink& sink,
           Health& health, Metrics& metrics)
      : executor_(std::move(executor)),
        node_(std::move(node)),
        consumer_(std::move(consumer)),
        sink_(sink),
        health_(health),
        metrics_(metrics),
        held_(health, metrics),
        loaded_(executor_) {}

  suite::asio::awaitable<void> connect(const std::string& url, PgConnection::Deadline deadline);
  void disconnect() { connection_.reset(); }
  void close();

  struct Look {
    bool refused = false;   // nothing is known; look again after a pause
    std::size_t found = 0;  // entries
    Xid xmin = 0;
    std::optional<Wakefulness::State> said;  // by the database, where the leases were renewed meanwhile
  };
  // Pulls until everything up to one snapshot is handed over. `survey`: look at the catalog too.
  suite::asio::awaitable<Look> look(bool survey);

  // The leases (db/edge/consumers.sql). A refusal counts as awake; it is made good a second later.
  suite::asio::awaitable<Wakefulness::State> acknowledge();
  suite::asio::awaitable<std::optional<Xid>> fall_asleep();  // the own id to wait for; nothing: not possible now
  suite::asio::awaitable<void> wake();

 private:
  using Names = std::vector<std::string>;
  using Results = std::vector<PgResult>;
  struct ReadWhole {
    std::vector<ResourceBatch> batches;
    std::map<std::string, Names> duplicates;  // keys, by resource; an item for each batch
  };

  suite::asio::awaitable<std::optional<PullReport>> pull(Names whole, bool survey, bool lock);
  suite::asio::awaitable<void> hand_over(Names whole, Look& look);
  suite::asio::awaitable<void> load(const Names& whole);
  suite::asio::awaitable<void> keep_leases();
  suite::asio::awaitable<void> read_cursor(std::size_t number, const std::string& name);
  suite::asio::awaitable<bool> explain_refusal(Names whole);
  suite::asio::awaitable<std::optional<std::string>> probe(std::string name, bool read);
  suite::asio::awaitable<void> try_again();
  suite::asio::awaitable<void> renew_marker();
  suite::asio::awaitable<Wakefulness::State> acknowledge_on(PgConnection& connection);
  std::vector<PgStatement> acknowledgement() const;
  // Nothing where the server refuses, with its words in `refusal_`; the transaction is over then.
  suite::asio::awaitable<std::optional<Results>> attempt(std::vector<PgStatement> statements);

  void deliver(PullReport&& report, ReadWhole&& whole, Look& look);

  suite::asio::any_io_executor executor_;
  std::string node_;
  std::string consumer_;
  BatchSink& sink_;
  Health& health_;
  Metrics& metrics_;

  std::string url_;
  std::unique_ptr<PgConnection> connection_;
  HeldResources held_;
  std::optional<std::string> since_;   // the snapshot applied last
  std::optional<std::string> marker_;  // the journal that it belongs to
  Names gone_;                         // unpublished, to be told with the next batch
  PgError refusal_{""};

  // Of what is being read whole.
  Event loaded_;
  std::optional<PullReport> report_;
  ReadWhole read_whole_;
  std::optional<Wakefulness::State> said_;

  Health::Time began_;  // the pull that is under way did, before its snapshot
  suite::Clock::time_point reading_since_;
};

}  // namespace edge
