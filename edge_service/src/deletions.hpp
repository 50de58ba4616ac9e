// Makes a deleted stream id unknown on every node: the deletions are entries of an input of the suite's own, which is
// written and replicated like any other.
//
// A node remembers what it was told for as long as the ids live, and tells the leader again what that one does not know:
// after a leader's restart, or where the way up was interrupted.
// Owner     main.
// Threads   The core, but for told(), which any may call.
#pragma once

#include <atomic>
#include <functional>

#include "edge_service/src/input_writer.hpp"
#include "edge_service/src/store.hpp"
#include "edge_service/src/stream_ids.hpp"

namespace edge {

class Deletions {
 public:
  static constexpr const char* kInput = "~deleted";  // no resource of a database is called so
  static DeclarationPtr declaration();

  // `end_streams` ends the streams of a deleted id on every io thread.
  using EndStreams = std::function<void(const std::string& nonce)>;
  Deletions(Store& store, StreamIds& ids, InputWriter& inputs, EndStreams end_streams);

  // A client of this node has deleted something.
  void told() { behind_ = true; }

  suite::asio::awaitable<void> run();

 private:
  void take(const Changes& changes);
  std::vector<std::string> missing() const;

  static constexpr std::size_t kAtOnce = 1000;

  Store& store_;
  StreamIds& ids_;
  InputWriter& inputs_;
  EndStreams end_streams_;
  std::atomic<bool> behind_{false};
};

}  // namespace edge
