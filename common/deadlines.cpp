#include "common/deadlines.hpp"

namespace suite {

void Deadlines::start() {
  timer_.expires_after(kPeriod);
  timer_.async_wait([this](error_code failed) {
    if (failed) return;
    sweep();
    start();
  });
}

void Deadlines::sweep() {
  const auto now = Clock::now();
  for (auto& guarded : guarded_) {
    if (guarded.deadline_ > now) continue;
    guarded.never_expires();
    guarded.close();
  }
}

void Deadlines::close_idle() {
  for (auto& guarded : guarded_) {
    if (guarded.idle_) guarded.close();
  }
}

void Deadlines::close_all() {
  for (auto& guarded : guarded_) guarded.close();
}

}  // namespace suite
