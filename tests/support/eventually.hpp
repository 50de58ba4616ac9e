// Waits for a condition instead of for time.
#pragma once

#include <chrono>
#include <thread>

namespace suite::test {

template <typename Condition>
bool eventually(const Condition& condition, std::chrono::milliseconds limit = std::chrono::seconds(15)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    if (condition()) return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace suite::test
