#include "edge_service/src/subscription.hpp"

#include "common/time_text.hpp"
#include "edge_service/src/sse.hpp"

namespace edge {

std::string_view name_of(EndReason reason) {
  switch (reason) {
    case EndReason::unpublished: return "unpublished";
    case EndReason::unauthorized: return "unauthorized";
    case EndReason::deleted: return "deleted";
    case EndReason::drain: return "drain";
  }
  return "drain";
}

Subscription::Subscription(Shelf& shelf, OpenWindowPtr window, Listener& listener, std::string nonce)
    : shelf_(shelf), window_(std::move(window)), listener_(listener), nonce_(std::move(nonce)) {
  window_->readers_.push_back(*this);
  ++shelf_.readers_;
  if (!window_->live()) ended_ = EndReason::unpublished;
  if (shelf_.draining()) ended_ = EndReason::drain;
}

Subscription::~Subscription() {
  --shelf_.readers_;
  unlink();
  window_->touch();
}

suite::asio::awaitable<Frame> Subscription::begin(std::string_view last_event_id) {
  const auto seen = parse_version_id(last_event_id, window_->fingerprint);
  if (!seen) co_return co_await begin_anew();
  ahead_ = std::make_unique<Ahead>(*this, *seen);
  Frame frame = co_await begin_at_seen();
  if (ahead_) {
    shelf_.add(*ahead_);
    shelf_.nudge();
  }
  co_return frame;
}

// The first frame; null while what the reader has seen may be newer than what is shown here. What it has seen was
// committed before it came, so it is not once this node is fresh as of then.
suite::asio::awaitable<Frame> Subscription::begin_at_seen() {
  Resumed resumed = co_await shelf_.resume(window_, ahead_->seen);
  if (resumed.ahead && shelf_.latest()->fresh_as_of < ahead_->since) co_return nullptr;
  ahead_.reset();
  if (!resumed.known) co_return co_await begin_anew();
  Frame frame = catch_up(resumed);
  co_return frame ? frame : heartbeat();  // the reader is to know that it missed nothing
}

Frame Subscription::catch_up(const Resumed& resumed) {
  position_ = resumed.at;
  if (resumed.missed.empty()) return nullptr;
  return std::make_shared<const std::string>(
      sse::update(version_id(shelf_.version(), window_->fingerprint), resumed.missed));
}

suite::asio::awaitable<Frame> Subscription::begin_anew() {
  const ContentsPtr contents = co_await shelf_.contents(window_);
  if (!contents) {
    end(EndReason::unpublished);
    co_return nullptr;
  }
  position_ = shelf_.sequence();
  co_return Frame(contents, &contents->init_frame());
}

bool Subscription::asks_core() const {
  return ahead_ || (window_->behind(position_) && !window_->reaches(position_));  // so slow that the steps are gone
}

suite::asio::awaitable<Frame> Subscription::draw_level() {
  if (ahead_) co_return co_await begin_at_seen();
  const Resumed resumed = co_await shelf_.resume(window_, position_);
  if (resumed.known) co_return catch_up(resumed);
  co_return co_await begin_anew();
}

Frame Subscription::next() {
  if (!window_->behind(position_)) return nullptr;
  Frame frame = window_->frame_since(position_);
  position_ = shelf_.sequence();
  return frame;
}

void Subscription::look_at_clock(suite::Clock::time_point now) {
  if (drains_ && now >= *drains_) end(EndReason::drain);
}

void Subscription::drain_after(std::chrono::milliseconds delay) { drains_ = suite::Clock::now() + delay; }

void Subscription::end(EndReason reason) {
  if (ended_) return;
  ended_ = reason;
  ring();
}

void Subscription::announce() {
  announce_ = true;
  ring();
}

bool Subscription::is_stale() const {
  return shelf_.health().staleness(std::chrono::system_clock::now(), window_->spec.resource).count() > 0;
}

Frame Subscription::heartbeat() const {
  const Health& health = shelf_.health();
  const auto now = std::chrono::system_clock::now();
  const std::string& resource = window_->spec.resource;
  const Version& shown = ahead_ ? ahead_->seen : shelf_.version();  // a reader's place never goes back
  return std::make_shared<const std::string>(sse::heartbeat(version_id(shown, window_->fingerprint),
                                                            suite::iso_time(health.fresh_as_of(resource)),
                                                            health.staleness(now, resource).count()));
}

}  // namespace edge
