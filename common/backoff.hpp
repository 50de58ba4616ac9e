// How long to wait before the next attempt: doubling, with jitter, up to a limit; reset() on success.
//
// Jitter    Full ("a uniform choice from half to whole of the step"), so that nodes that lost the same upstream
//           at the same moment do not come back at the same moment.
// Threads   One.
#pragma once

#include <chrono>
#include <random>

namespace suite {

class Backoff {
 public:
  using Duration = std::chrono::milliseconds;

  Backoff(Duration first, Duration limit, std::uint64_t seed = std::random_device{}());

  Duration next();
  void reset() { step_ = first_; }

 private:
  Duration first_;
  Duration limit_;
  Duration step_;
  std::mt19937_64 random_;
};

}  // namespace suite
