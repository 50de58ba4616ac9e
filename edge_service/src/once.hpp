// A value that is made by whoever needs it first and then shared: no lock, no waiting.
//
// Threads   Any. Two threads that come at the same moment may both make it; one result is kept, the other dropped.
#pragma once

#include <atomic>
#include <memory>

namespace edge {

template <typename Value>
class Once {
 public:
  Once() = default;
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;
  ~Once() { delete value_.load(std::memory_order_relaxed); }

  template <typename Make>
  const Value& get(Make&& make) const {
    if (const Value* made = value_.load(std::memory_order_acquire)) return *made;
    auto mine = std::make_unique<const Value>(make());
    const Value* expected = nullptr;
    if (value_.compare_exchange_strong(expected, mine.get(), std::memory_order_acq_rel)) return *mine.release();
    return *expected;
  }

 private:
  mutable std::atomic<const Value*> value_{nullptr};
};

}  // namespace edge
