// The collections that clients write through this edge: declared by edge.publish_input, held in memory, each entry until
// its time to live is over or somebody writes it again (docs/decisions/0021).
//
// Stands between the upstream and the store. Batches of the upstream pass through; to each input that one declares this
// adds its entries, so that no reload and no new declaration empties it. Writes and expiries become batches of their own,
// at the snapshot applied last: for the store, its versions, windows and streams an input is a resource like any other.
//
// Owner     main.
// Threads   The core's alone, but for LocalInputs.
// Bounds    `limits` over all inputs. A patch beyond them is refused whole, unless it makes nothing larger.
// Cost      A write costs its entries, and a version only where some value is another. Expiries come together: at most
//           ten versions a second, whatever their number.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "edge_service/src/input_patch.hpp"
#include "edge_service/src/input_writer.hpp"
#include "edge_service/src/upstream.hpp"

namespace edge {

struct InputLimits {
  std::size_t entries = 100'000;
  std::size_t bytes = 64 * 1024 * 1024;  // of keys and values
};

class Inputs : public BatchSink {
 public:
  using Time = suite::Clock::time_point;
  using Now = std::function<Time()>;

  Inputs(const suite::asio::any_io_executor& core, BatchSink& store, const InputLimits& limits,
         Now now = suite::Clock::now)
      : store_(store), limits_(limits), now_(std::move(now)), timer_(core) {}

  // An input of the suite's own, which no database declares. Before the first batch.
  void add(DeclarationPtr declaration) { own_.push_back(std::move(declaration)); }

  // From the upstream.
  void apply(Batch&& batch) override;

  // One version, none where nothing is another, or an error and no change.
  std::optional<ApiError> write(const std::string& collection, const InputPatch& patch);

  // Removes what nobody has written again in time. By itself on a timer; to be called by tests that hold the clock.
  void expire();

  std::size_t entries() const { return dues_.size(); }

 private:
  struct Held {
    EntryPtr entry;
    Time due;
  };
  struct Collection {
    DeclarationPtr declaration;
    std::map<std::string, Held, std::less<>> entries;  // by key
  };
  struct Due {
    Time at;
    Collection* collection;
    std::string_view key;  // of the collection's map
    auto operator<=>(const Due&) const = default;
  };

  bool fits(const Collection& collection, const InputPatch& patch) const;
  EntryPtr put(Collection& collection, const InputPatch::Item& item, Time due);  // null: it was there
  bool take_out(Collection& collection, std::string_view key);
  void drop(const std::string& name);
  void hand_over(std::vector<ResourceBatch>&& batches);
  void arm();

  BatchSink& store_;
  InputLimits limits_;
  Now now_;
  std::optional<Snapshot> applied_;
  std::vector<DeclarationPtr> own_;
  std::map<std::string, Collection> collections_;
  std::set<Due> dues_;
  std::size_t bytes_ = 0;

  suite::asio::steady_timer timer_;
  std::optional<Time> armed_;
  Time not_before_{};  // expiries are gathered until then
};

// The writer of a node whose inputs are its own.
//
// Threads   Any io thread: reads the patch there, applies it on the core, and completes behind the release that the
//           store has posted to the io thread meanwhile.
class LocalInputs : public InputWriter {
 public:
  LocalInputs(suite::asio::any_io_executor core, Inputs& inputs) : core_(std::move(core)), inputs_(inputs) {}

  suite::asio::awaitable<Outcome<std::optional<Version>>> write(std::string collection, std::string body) override;

 private:
  suite::asio::any_io_executor core_;
  Inputs& inputs_;
};

}  // namespace edge
