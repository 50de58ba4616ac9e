// A bell within one thread: rung any number of times, heard once. It carries nothing: whoever hears it looks again.
#pragma once

#include "common/asio.hpp"

namespace edge {

class Event {
 public:
  explicit Event(const suite::asio::any_io_executor& executor) : timer_(executor) {}

  void ring() {
    rung_ = true;
    timer_.cancel();
  }

  // True when rung, before or during the wait; false at the deadline.
  suite::asio::awaitable<bool> wait_until(suite::Clock::time_point deadline) {
    if (!rung_) {
      timer_.expires_at(deadline);
      co_await timer_.async_wait(suite::kTuple);
    }
    co_return std::exchange(rung_, false);
  }

 private:
  suite::asio::steady_timer timer_;
  bool rung_ = false;
};

}  // namespace edge
