#include "web_service/src/socket_watchdog.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace suite::web {

SocketWatchdog::Watch::Watch(SocketWatchdog& dog, int socket, Clock::time_point deadline, bool& overdue)
    : dog_(dog), overdue_(overdue) {
  const std::lock_guard lock(dog_.mutex_);
  watched_ = dog_.watched_.insert(dog_.watched_.end(), {socket, deadline});
  dog_.changed_.notify_one();
}

SocketWatchdog::Watch::~Watch() {
  const std::lock_guard lock(dog_.mutex_);
  overdue_ = watched_->ended;
  dog_.watched_.erase(watched_);
}

SocketWatchdog::SocketWatchdog() : thread_([this] { guard(); }) {}

SocketWatchdog::~SocketWatchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void SocketWatchdog::guard() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto now = Clock::now();
    auto nearest = Clock::time_point::max();
    for (auto& one : watched_) {
      if (one.ended) continue;
      if (one.deadline <= now) {
        ::shutdown(one.socket, SHUT_RDWR);
        one.ended = true;
      } else {
        nearest = std::min(nearest, one.deadline);
      }
    }
    if (nearest == Clock::time_point::max()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, nearest);
    }
  }
}

}  // namespace suite::web
