#include "edge_service/src/event_stream.hpp"

#include "common/log.hpp"
#include "edge_service/src/sse.hpp"

namespace edge {

namespace asio = suite::asio;
using suite::Clock;
using suite::error_code;

namespace {

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
    "Connection: close\r\n\r\n";

Clock::time_point on_our_clock(const std::optional<std::chrono::system_clock::time_point>& moment) {
  if (!moment) return Clock::time_point::max();
  const auto left = *moment - std::chrono::system_clock::now();
  if (left > std::chrono::hours(24 * 365)) return Clock::time_point::max();
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(left);
}

void log_failure(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    suite::log::error("stream_failed", {{"error", error.what()}});
  }
}

}  // namespace

EventStream::EventStream(Shelf& shelf, OpenWindowPtr window, Metrics& metrics, std::size_t thread, Options options)
    : shelf_(shelf),
      metrics_(metrics),
      thread_(thread),
      counted_(metrics, thread),
      subscription_(shelf, std::move(window), *this, std::move(options.nonce)),
      heartbeat_(options.heartbeat),
      beat_(Clock::now() + heartbeat_),
      expires_(on_our_clock(options.expires)) {}

asio::awaitable<void> EventStream::begin(suite::Peer& peer, std::string last_event_id) {
  // One packet where it fits: the head, the retry interval and the first frame.
  Frame frame = co_await subscription_.begin(last_event_id);
  std::array first{asio::buffer(kHead), asio::buffer(sse::kRetry), asio::const_buffer()};
  if (frame) first.back() = asio::buffer(*frame);
  co_await peer.write(first);
  write_limit_ = peer.write_limit();
  connection_.emplace(peer.take());
  shelf_.streams().add(*this);
  watch_client();
  if (subscription_.is_stale()) subscription_.announce();  // it is to know from the start
  take_turn();
}

// A client has nothing more to say: whatever its side of the connection does next, it has left.
void EventStream::watch_client() {
  connection_->socket.async_wait(suite::tcp::socket::wait_read,
                                 [self = shared_from_this()](error_code) { self->close(); });
}

void EventStream::heard_news() {
  if (connection_) shelf_.streams().ring(*this);
}

void EventStream::take_turn() {
  news_ = true;
  while (connection_->socket.is_open() && !asking_ && !frame_) {
    news_ = false;
    if (!subscription_.ended() && subscription_.asks_core()) return ask();
    Frame frame = subscription_.ended() ? nullptr : subscription_.next();
    if (!frame) frame = due();
    if (!frame) return;
    send(std::move(frame));
  }
}

// What is to be said though nothing has changed.
Frame EventStream::due() {
  if (const auto reason = subscription_.ended()) {
    ends_ = true;
    return std::make_shared<const std::string>(sse::end(name_of(*reason)));
  }
  const bool announced = subscription_.take_announcement();
  if (!std::exchange(beats_, false) && !announced) return nullptr;
  return subscription_.heartbeat();
}

// What the window cannot tell at once: the rare way, and the only one that waits for another thread.
void EventStream::ask() {
  asking_ = true;
  asio::co_spawn(connection_->socket.get_executor(), subscription_.draw_level(),
                 [self = shared_from_this()](std::exception_ptr failed, Frame frame) {
                   if (failed) {
                     log_failure(failed);
                     return self->close();
                   }
                   self->asking_ = false;
                   if (!frame && !self->subscription_.ended()) frame = self->due();
                   if (!self->connection_->socket.is_open()) return;
                   const bool goes_on = frame || self->news_ || self->subscription_.ended();
                   if (frame) self->send(std::move(frame));
                   if (goes_on) self->take_turn();
                 });
}

void EventStream::send(Frame frame) {
  frame_ = std::move(frame);
  sent_ = 0;
  flush();
}

// As much of the frame as the socket takes now; the rest once it takes more.
void EventStream::flush() {
  error_code failed;
  const std::size_t taken = connection_->socket.write_some(asio::buffer(*frame_) + sent_, failed);
  if (failed && failed != asio::error::would_block) return close();
  sent_ += taken;
  if (sent_ < frame_->size()) return await_room();
  stalled_ = Clock::time_point::max();
  metrics_.frame_sent(thread_, frame_->size());
  frame_.reset();
  if (!ends_) return;
  connection_->socket.shutdown(suite::tcp::socket::shutdown_send, failed);
  close();
}

void EventStream::await_room() {
  stalled_ = Clock::now();
  connection_->socket.async_wait(suite::tcp::socket::wait_write, [self = shared_from_this()](error_code failed) {
    if (failed) return;  // closed
    self->flush();
    self->take_turn();
  });
}

void EventStream::look_at_clock(Clock::time_point now) {
  if (stalled_ != Clock::time_point::max() && now >= stalled_ + write_limit_) return close();
  if (now >= expires_) subscription_.end(EndReason::unauthorized);
  subscription_.look_at_clock(now);
  if (now < beat_) return;
  beat_ = now + heartbeat_;
  beats_ = true;
  heard_news();
}

void EventStream::close() {
  error_code ignored;
  if (connection_) connection_->socket.close(ignored);
}

}  // namespace edge
