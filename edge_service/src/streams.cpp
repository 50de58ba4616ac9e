#include "edge_service/src/streams.hpp"

namespace edge {

namespace asio = suite::asio;

void Streams::start() {
  clock_.expires_after(kPeriod);
  clock_.async_wait([this](suite::error_code failed) {
    if (failed) return;
    const auto now = suite::Clock::now();
    for (auto& stream : all_) stream.look_at_clock(now);
    start();
  });
}

void Streams::ring(Stream& stream) {
  if (stream.is_rung()) return;
  rung_.push_back(stream);
  if (std::exchange(posted_, true)) return;
  asio::post(io_, [this] { give_turns(); });
}

void Streams::give_turns() {
  for (int turn = 0; turn < kTurnsAtOnce && !rung_.empty(); ++turn) {
    Stream& stream = rung_.front();
    rung_.pop_front();
    stream.take_turn();
  }
  posted_ = !rung_.empty();
  if (posted_) asio::post(io_, [this] { give_turns(); });
}

void Streams::close_all() {
  for (auto& stream : all_) stream.close();  // each ends, and leaves us, with its last handler
}

}  // namespace edge
