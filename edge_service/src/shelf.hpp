// What one io thread serves from: the newest version of every window that somebody on this thread has asked for.
//
// Owner     main; one per io thread, each with its own copy of pointers to shared, immutable versions.
// Threads   Its io thread's alone; the store posts releases to it, it posts questions to the store.
// Bounds    At most `windows` windows; one that nobody reads or streams for a while is closed, the longest unused
//           first where room is needed. Per window at most `step_bytes` of steps for readers that fall behind.
#pragma once

#include <boost/intrusive/list.hpp>
#include <deque>
#include <variant>

#include "edge_service/src/event.hpp"
#include "edge_service/src/health.hpp"
#include "edge_service/src/store.hpp"
#include "edge_service/src/streams.hpp"

namespace edge {

// Why a stream ends for good; only after `drain` does a client come back.
enum class EndReason { unpublished, unauthorized, deleted, drain };

// Who is to be rung when a window moves: a stream's place in it.
class Reader : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual void ring() = 0;
  virtual void end(EndReason reason) = 0;
  virtual void drain_after(std::chrono::milliseconds delay) = 0;
  virtual void announce() = 0;  // the node's freshness has changed
  virtual const std::string& nonce() const = 0;

 protected:
  ~Reader() = default;
};
using Readers = boost::intrusive::list<Reader, boost::intrusive::constant_time_size<false>>;

// Rung at every release: a node that follows this one, or a reader that waits for what it has seen elsewhere.
class Follower : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual void ring() = 0;

 protected:
  ~Follower() = default;
};

// One window as one io thread serves it.
class OpenWindow : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  OpenWindow(WindowSpec parameters, Opened&& opened)
      : id(opened.id),
        spec(std::move(parameters)),
        fingerprint(spec.fingerprint()),
        contents_(std::move(opened.contents)),
        floor_(opened.at) {}

  const WindowId id;
  const WindowSpec spec;
  const Fingerprint fingerprint;

  // False once its resource is gone or this thread has closed it: it no longer moves.
  bool live() const { return live_; }
  void touch() { used_ = true; }
  // The newest contents where this thread has them.
  const ContentsPtr& contents() const { return contents_; }

  // The steps that lead a reader from `position` to now: one shared frame, or several folded into one; null where
  // nothing happened. Only for a position that reaches(): the steps before are gone.
  std::shared_ptr<const std::string> frame_since(Sequence position);
  bool reaches(Sequence position) const { return position >= floor_; }
  bool behind(Sequence position) const { return !steps_.empty() && position < steps_.back()->at; }

 private:
  friend class Shelf;
  friend class Subscription;

  void advance(const WindowVersionPtr& step, std::size_t step_bytes);

  ContentsPtr contents_;
  Sequence floor_;  // positions from here on are served by `steps_`
  std::deque<WindowVersionPtr> steps_;
  std::size_t bytes_ = 0;
  boost::unordered_flat_map<Sequence, std::shared_ptr<const std::string>> folds_;  // to the newest step, by position
  Readers readers_;
  bool used_ = true;  // since the shelf last looked
  suite::Clock::time_point unused_since_ = suite::Clock::now();
  bool live_ = true;
};
using OpenWindowPtr = std::shared_ptr<OpenWindow>;

struct ShelfLimits {
  std::size_t windows = 20000;
  std::size_t step_bytes = 256 * 1024;
  std::chrono::seconds unused{60};
};

class Shelf {
 public:
  Shelf(suite::asio::io_context& io, std::size_t thread, Store& store, Health& health, std::function<void()> nudge,
        const ShelfLimits& limits);

  void start();  // the sweep of unused windows, and the streams' clock

  bool loaded() const { return loaded_; }
  DeclarationPtr declaration(const std::string& resource) const;
  const std::shared_ptr<const Declarations>& declarations() const { return declarations_; }
  // What the store handed over last; null before the first.
  const ReleasePtr& latest() const { return latest_; }
  const Version& version() const { return version_; }
  Sequence sequence() const { return sequence_; }
  const Health& health() const { return health_; }
  suite::asio::any_io_executor executor() { return io_.get_executor(); }

  // The window of `spec`; null where its resource is gone or declared anew meanwhile, as declaration() tells then, or
  // where there is no room (`full()` tells).
  suite::asio::awaitable<OpenWindowPtr> open(WindowSpec spec);
  OpenWindowPtr find(const WindowSpec& spec) const;
  bool full() const { return windows_.size() + opening_ >= limits_.windows; }

  // The entry of a resource at this shelf's version, null where it has none; without a window, and at once. Nothing where
  // the store is on its way to the next version: then a window tells.
  std::optional<EntryPtr> look_up(const std::string& resource, std::string_view key) {
    return store_.look_up(visitor_, sequence_, resource, key);
  }

  // The window's newest contents; null where its resource is gone meanwhile.
  suite::asio::awaitable<ContentsPtr> contents(OpenWindowPtr window);
  // What the window's reader has missed since a version or since a place on this node.
  suite::asio::awaitable<Resumed> resume(OpenWindowPtr window, std::variant<Version, Sequence> since);

  // For those who follow the releases; `nudge` asks the upstream for news.
  void add(Follower& follower) { followers_.push_back(follower); }
  void nudge() { suite::asio::post(store_.core(), nudge_); }
  suite::asio::awaitable<std::optional<Sequence>> find(Version version);
  suite::asio::awaitable<std::optional<std::vector<LoggedVersionPtr>>> versions_since(Sequence since);
  suite::asio::awaitable<Everything> everything();

  suite::asio::awaitable<Store::Figures> figures();

  // True once the transaction is visible here, false at the deadline.
  suite::asio::awaitable<bool> reached(Xid token, suite::Clock::time_point deadline);
  // True once this version or a later one of its lineage is shown here, false at the deadline.
  suite::asio::awaitable<bool> shows(Version version, suite::Clock::time_point deadline);

  // Ends the streams that were opened with the ticket of this nonce.
  void end_streams(const std::string& nonce);
  // Ends every stream, spread evenly over `spread`; they say that they drain.
  void drain(std::chrono::milliseconds spread);
  bool draining() const { return draining_; }
  std::size_t readers() const { return readers_; }
  Streams& streams() { return streams_; }

 private:
  friend class Subscription;
  // Somebody who waits for a token.
  struct Waiter : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    explicit Waiter(const suite::asio::any_io_executor& executor) : bell(executor) {}
    Event bell;
  };

  void sweep_on();
  void take(const ReleasePtr& release);
  OpenWindowPtr adopt(const WindowSpec& spec, Opened&& opened);
  void sweep();
  void close(OpenWindow& window);
  bool make_room();

  template <typename Question>
  auto ask(Question question);

  suite::asio::io_context& io_;
  std::size_t thread_;
  Store& store_;
  Gate::Visitor& visitor_;
  Health& health_;
  std::function<void()> nudge_;
  ShelfLimits limits_;
  suite::asio::steady_timer sweeper_;
  Streams streams_;

  bool loaded_ = false;
  bool draining_ = false;
  bool stale_ = false;
  std::uint64_t troubles_ = 0;
  std::size_t readers_ = 0;
  ReleasePtr latest_;
  Sequence sequence_ = 0;
  Version version_;
  std::shared_ptr<const Snapshot> applied_;
  std::shared_ptr<const Declarations> declarations_;
  std::map<WindowSpec, OpenWindowPtr> windows_;
  boost::unordered_flat_map<WindowId, OpenWindow*> by_id_;
  // The next to be looked at for room is the first.
  boost::intrusive::list<OpenWindow, boost::intrusive::constant_time_size<false>> rounds_;
  std::size_t opening_ = 0;  // windows that the core is asked for
  boost::intrusive::list<Waiter, boost::intrusive::constant_time_size<false>> waiters_;
  boost::intrusive::list<Follower, boost::intrusive::constant_time_size<false>> followers_;
};

}  // namespace edge
