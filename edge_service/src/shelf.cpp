#include "edge_service/src/shelf.hpp"

#include <algorithm>
#include <random>

#include "edge_service/src/sse.hpp"

namespace edge {

using suite::Clock;
namespace asio = suite::asio;

void OpenWindow::advance(const WindowVersionPtr& step, std::size_t step_bytes) {
  contents_ = step->contents;
  folds_.clear();
  steps_.push_back(step);
  bytes_ += step->bytes;
  while (bytes_ > step_bytes && steps_.size() > 1) {
    floor_ = steps_.front()->at;
    bytes_ -= steps_.front()->bytes;
    steps_.pop_front();
  }
}

std::shared_ptr<const std::string> OpenWindow::frame_since(Sequence position) {
  const auto first = std::find_if(steps_.rbegin(), steps_.rend(), [&](const WindowVersionPtr& step) {
                       return step->at <= position;
                     }).base();
  if (first == steps_.end()) return nullptr;
  const WindowVersionPtr& newest = steps_.back();
  if (std::next(first) == steps_.end()) {
    const std::string& frame = newest->frame.get([&] { return sse::update(newest->id, newest->changes); });
    return {newest, &frame};
  }
  auto& fold = folds_[(*first)->at];
  if (!fold) {
    std::vector<const Changes*> changes;
    for (auto step = first; step != steps_.end(); ++step) changes.push_back(&(*step)->changes);
    fold = std::make_shared<const std::string>(sse::update(newest->id, folded(changes)));
  }
  return fold;
}

Shelf::Shelf(asio::io_context& io, std::size_t thread, Store& store, Health& health, std::function<void()> nudge,
             const ShelfLimits& limits)
    : io_(io),
      thread_(thread),
      store_(store),
      visitor_(store.attach(io.get_executor(), [this](const ReleasePtr& release) { take(release); })),
      health_(health),
      nudge_(std::move(nudge)),
      limits_(limits),
      sweeper_(io),
      streams_(io),
      declarations_(std::make_shared<Declarations>()) {}

// Runs `question` on the core and completes here with its answer, in order with the store's releases. Callers name the
// question in a statement of its own (docs/decisions/0001).
template <typename Question>
auto Shelf::ask(Question question) {
  using Answer = std::invoke_result_t<Question>;
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Answer)>(
      [this](auto handler, Question asked) {
        asio::post(store_.core(), [this, handler = std::move(handler), asked = std::move(asked)]() mutable {
          asio::post(io_, [handler = std::move(handler), answer = asked()]() mutable {
            std::move(handler)(std::move(answer));
          });
        });
      },
      asio::use_awaitable, std::move(question));
}

void Shelf::start() {
  streams_.start();
  sweep_on();
}

void Shelf::sweep_on() {
  sweeper_.expires_after(std::chrono::seconds(1));
  sweeper_.async_wait([this](suite::error_code failed) {
    if (failed) return;
    sweep();
    sweep_on();
  });
}

// Closes what nobody has used for a while, and tells the readers when the node's freshness has changed.
void Shelf::sweep() {
  const auto now = Clock::now();
  std::vector<OpenWindowPtr> unused;
  for (const auto& [spec, window] : windows_) {
    if (std::exchange(window->used_, false) || !window->readers_.empty()) window->unused_since_ = now;
    if (now - window->unused_since_ > limits_.unused) unused.push_back(window);
  }
  for (const auto& window : unused) close(*window);

  const bool stale = health_.stale(std::chrono::system_clock::now());
  const auto troubles = health_.troubles().changes();
  if (stale != stale_ || troubles != troubles_) {
    stale_ = stale;
    troubles_ = troubles;
    for (const auto& [spec, window] : windows_) {
      for (auto& reader : window->readers_) reader.announce();
    }
  }
}

void Shelf::close(OpenWindow& window) {
  asio::post(store_.core(),
             [this, resource = window.spec.resource, id = window.id] { store_.close(resource, id, thread_); });
  window.live_ = false;
  window.unlink();
  by_id_.erase(window.id);
  windows_.erase(WindowSpec(window.spec));  // a copy: the window may end with the erasure
}

// A window that nobody streams gives way to a new one. They are looked at in rounds, and one that was read since the
// last look stays for another round (Corbató's CLOCK): about the longest unused, without an order to keep at each read.
bool Shelf::make_room() {
  for (std::size_t looks = 2 * windows_.size(); looks > 0; --looks) {
    OpenWindow& next = rounds_.front();
    if (next.readers_.empty() && !std::exchange(next.used_, false)) {
      close(next);
      return true;
    }
    rounds_.splice(rounds_.end(), rounds_, rounds_.begin());
  }
  return false;
}

DeclarationPtr Shelf::declaration(const std::string& resource) const {
  const auto found = declarations_->find(resource);
  return found == declarations_->end() ? nullptr : found->second;
}

OpenWindowPtr Shelf::find(const WindowSpec& spec) const {
  const auto found = windows_.find(spec);
  if (found == windows_.end()) return nullptr;
  found->second->touch();
  return found->second;
}

asio::awaitable<OpenWindowPtr> Shelf::open(WindowSpec spec) {
  if (auto known = find(spec)) co_return known;
  const DeclarationPtr read_by = declaration(spec.resource);
  if (!read_by) co_return nullptr;
  if (full() && !make_room()) co_return nullptr;
  auto question = [this, spec, revision = read_by->revision] { return store_.open(spec, revision, thread_); };
  ++opening_;
  Opened opened = co_await ask(std::move(question));
  --opening_;
  co_return adopt(spec, std::move(opened));
}

OpenWindowPtr Shelf::adopt(const WindowSpec& spec, Opened&& opened) {
  if (opened.id == 0) return nullptr;
  if (auto known = find(spec)) return known;  // somebody else asked at the same moment
  auto window = std::make_shared<OpenWindow>(spec, std::move(opened));
  windows_.emplace(spec, window);
  by_id_.emplace(window->id, window.get());
  rounds_.push_back(*window);
  return window;
}

asio::awaitable<ContentsPtr> Shelf::contents(OpenWindowPtr window) {
  window->touch();
  if (window->contents_) co_return window->contents_;
  auto question = [this, window] { return store_.read(window->spec.resource, window->id); };
  ContentsPtr read = co_await ask(std::move(question));
  // Answers come in order with the releases: these are the contents at this shelf's version.
  if (read && window->live_) window->contents_ = read;
  co_return read;
}

asio::awaitable<Resumed> Shelf::resume(OpenWindowPtr window, std::variant<Version, Sequence> since) {
  auto question = [this, window, since] {
    const auto* version = std::get_if<Version>(&since);
    Resumed resumed =
        store_.resume(window->spec.resource, window->id, version ? store_.find(*version) : std::get<Sequence>(since));
    resumed.ahead = version && !store_.passed(*version);
    return resumed;
  };
  co_return co_await ask(std::move(question));
}

asio::awaitable<std::optional<Sequence>> Shelf::find(Version version) {
  auto question = [this, version] { return store_.find(version); };
  co_return co_await ask(std::move(question));
}

asio::awaitable<std::optional<std::vector<LoggedVersionPtr>>> Shelf::versions_since(Sequence since) {
  auto question = [this, since] { return store_.versions_since(since); };
  co_return co_await ask(std::move(question));
}

asio::awaitable<Everything> Shelf::everything() {
  auto question = [this] { return store_.everything(); };
  co_return co_await ask(std::move(question));
}

asio::awaitable<Store::Figures> Shelf::figures() {
  auto question = [this] { return store_.figures(); };
  co_return co_await ask(std::move(question));
}

asio::awaitable<bool> Shelf::reached(Xid token, Clock::time_point deadline) {
  if (applied_ && applied_->sees(token)) co_return true;
  Waiter waiter(io_.get_executor());
  waiters_.push_back(waiter);
  nudge();
  for (bool rung = true; rung;) {
    rung = co_await waiter.bell.wait_until(deadline);
    if (applied_ && applied_->sees(token)) co_return true;
  }
  co_return false;
}

asio::awaitable<bool> Shelf::shows(Version version, Clock::time_point deadline) {
  const auto shown = [&] { return version_.lineage == version.lineage && version_.number >= version.number; };
  if (shown()) co_return true;
  Waiter waiter(io_.get_executor());
  waiters_.push_back(waiter);
  for (bool rung = true; rung;) {
    rung = co_await waiter.bell.wait_until(deadline);
    if (shown()) co_return true;
  }
  co_return false;
}

void Shelf::take(const ReleasePtr& release) {
  latest_ = release;
  sequence_ = release->sequence;
  version_ = release->version;
  applied_ = release->applied;
  declarations_ = release->declarations;
  for (const auto& [id, step] : release->changed) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) continue;
    found->second->advance(step, limits_.step_bytes);
    for (auto& reader : found->second->readers_) reader.ring();
  }
  for (const WindowId id : release->ended) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) continue;
    const OpenWindowPtr window = windows_.at(found->second->spec);
    window->live_ = false;
    window->contents_ = nullptr;
    for (auto& reader : window->readers_) reader.end(EndReason::unpublished);
    window->unlink();
    by_id_.erase(found);
    windows_.erase(window->spec);
  }
  for (auto& waiter : waiters_) waiter.bell.ring();
  for (auto& follower : followers_) follower.ring();
  if (!std::exchange(loaded_, true)) health_.shelf_loaded();
}

void Shelf::end_streams(const std::string& nonce) {
  for (const auto& [spec, window] : windows_) {
    for (auto& reader : window->readers_) {
      if (reader.nonce() == nonce) reader.end(EndReason::deleted);
    }
  }
}

void Shelf::drain(std::chrono::milliseconds spread) {
  draining_ = true;
  for (auto& follower : followers_) follower.ring();
  std::mt19937 random(std::random_device{}());
  std::uniform_int_distribution<std::int64_t> moment(0, std::max<std::int64_t>(spread.count(), 1));
  for (const auto& [spec, window] : windows_) {
    for (auto& reader : window->readers_) reader.drain_after(std::chrono::milliseconds(moment(random)));
  }
}

}  // namespace edge
