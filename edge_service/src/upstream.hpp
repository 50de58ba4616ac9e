// Where an edge's versions come from: a database or another edge. The one thing in which nodes differ.
//
// An upstream hands over batches, each the whole difference between two snapshots seen at the later one, and knows
// nothing of windows, streams or clients.
// Threads   run() and all else on the store's thread.
// Failure   run() never ends by itself: it reconnects for ever, with backoff, and tells the health of each change.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/asio.hpp"
#include "edge_service/src/entry.hpp"
#include "edge_service/src/snapshot.hpp"
#include "edge_service/src/version.hpp"

namespace edge {

struct ResourceBatch {
  DeclarationPtr declaration;
  bool whole = false;               // `present` is all there is, not only what was touched
  std::vector<EntryPtr> present;    // each key once
  std::vector<std::string> absent;  // keys that were touched and are not there
};

struct Batch {
  Snapshot snapshot;
  std::string marker;                                 // of the journal that the snapshot belongs to
  std::chrono::system_clock::time_point fresh_as_of;  // no commit before is missing
  std::optional<Version> version;                     // given by an edge above; a leader numbers its own
  std::vector<ResourceBatch> resources;
  std::vector<std::string> unpublished;
};

// Who takes the batches: the store.
class BatchSink {
 public:
  virtual ~BatchSink() = default;
  virtual void apply(Batch&& batch) = 0;
};

class Upstream {
 public:
  virtual ~Upstream() = default;
  virtual suite::asio::awaitable<void> run() = 0;
  // Somebody waits for news: look at once, even where no bell rang.
  virtual void nudge() = 0;
  // Tells the upstream goodbye, within the drain.
  virtual suite::asio::awaitable<void> leave() = 0;
};

}  // namespace edge
