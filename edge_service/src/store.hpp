// Every resource at one version: takes batches from the upstream and hands releases to the io threads.
//
// Owner     main.
// Threads   One io_context, the core, runs the store and its upstream: nothing here is locked. Shelves ask by posting
//           to the core; releases and answers reach a shelf in the order in which the store made them.
// Cost      A version costs what it touches: its entries, the indexes in use, the windows concerned.
#pragma once

#include <functional>
#include <map>

#include "edge_service/src/collection.hpp"
#include "edge_service/src/gate.hpp"
#include "edge_service/src/release.hpp"

namespace edge {

struct Opened {
  WindowId id = 0;  // 0: there is no such resource, or its declaration does not admit the window
  Sequence at = 0;
  ContentsPtr contents;
};

struct Resumed {
  bool known = false;  // false: the history does not tell; begin with the contents
  bool ahead = false;  // nor is the version older than one that was shown here: it may be newer than all of them
  Sequence at = 0;
  Changes missed;
};

// All that there is at one version, for a node that begins to follow.
struct Everything {
  ReleasePtr standing;  // null before the first batch
  std::vector<ResourceBatch> resources;
  std::size_t entries = 0;
};

class Store : public BatchSink {
 public:
  using TakeRelease = std::function<void(ReleasePtr)>;

  // `history_bytes` bound both what is kept for readers and what is kept for followers.
  Store(suite::asio::io_context& core, std::size_t history_bytes)
      : core_(core), history_(history_bytes), log_(history_bytes) {}

  suite::asio::io_context& core() { return core_; }

  // An io thread's shelf: `take` runs on `executor`; that thread may look at the store as the visitor. Before the first
  // batch.
  Gate::Visitor& attach(suite::asio::any_io_executor executor, TakeRelease take);

  // `watcher` is called on the core with what changes in that resource; all of it where it is declared anew. Before the
  // first batch.
  using Watcher = std::function<void(const Changes&)>;
  void watch(std::string resource, Watcher watcher) {
    watched_ = std::move(resource);
    watcher_ = std::move(watcher);
  }

  void apply(Batch&& batch) override;

  // What shelves ask, on the core. A window is opened only under the declaration by which its parameters were read.
  Opened open(const WindowSpec& spec, std::int64_t revision, std::size_t thread);
  void close(const std::string& resource, WindowId window, std::size_t thread);
  ContentsPtr read(const std::string& resource, WindowId window);
  Resumed resume(const std::string& resource, WindowId window, std::optional<Sequence> since) const;
  std::optional<Sequence> find(const Version& version) const { return versions_.find(version); }
  bool passed(const Version& version) const { return versions_.passed(version); }

  // The entry of a resource at one version, null where it has none. On the thread of `visitor`; nothing where the store
  // is at another version by now, or on its way to one.
  std::optional<EntryPtr> look_up(Gate::Visitor& visitor, Sequence at, const std::string& resource,
                                  std::string_view key) const;

  // What followers ask, on the core.
  std::optional<std::vector<LoggedVersionPtr>> versions_since(Sequence since) const { return log_.since(since); }
  Everything everything() const;

  // The entry of a resource; null where either is not there.
  EntryPtr find(const std::string& resource, std::string_view key) const;

  struct Figures {
    std::map<std::string, std::size_t> entries_of;  // by resource
    std::size_t windows = 0;
    std::size_t history_bytes = 0;
    std::size_t log_bytes = 0;
    Sequence sequence = 0;
  };
  Figures figures() const;

 private:
  struct Shelf {
    suite::asio::any_io_executor executor;
    TakeRelease take;
  };

  void redefine(ResourceBatch&& batch, Release& release, LoggedVersion& logged);
  void finish(std::shared_ptr<Release> release);
  void tell_watcher(const std::string& resource, const Changes& changes) const;
  bool remove(const std::string& resource, Release& release);
  void redeclare();
  WindowVersionPtr window_version(Window& window, Changes&& changes, const Release& release) const;
  ContentsPtr contents_of(const Collection& collection, Window& window) const;

  suite::asio::io_context& core_;
  std::vector<Shelf> shelves_;
  Gate gate_;  // closed while versions_ and the collections' entries change
  std::map<std::string, std::unique_ptr<Collection>> collections_;
  VersionLog versions_;
  Lineage own_lineage_ = new_lineage();
  std::uint64_t own_number_ = 0;
  History history_;
  ReplicationLog log_;
  std::string watched_;
  Watcher watcher_;
  ReleasePtr latest_;
  std::shared_ptr<const Declarations> declarations_ = std::make_shared<Declarations>();
  WindowId next_window_ = 1;
};

}  // namespace edge
