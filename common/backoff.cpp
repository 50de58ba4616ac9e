#include "common/backoff.hpp"

#include <algorithm>

namespace suite {

Backoff::Backoff(Duration first, Duration limit, std::uint64_t seed)
    : first_(first), limit_(limit), step_(first), random_(seed) {}

Backoff::Duration Backoff::next() {
  const Duration step = step_;
  step_ = std::min(step_ * 2, limit_);
  return Duration(std::uniform_int_distribution<std::int64_t>(step.count() / 2, step.count())(random_));
}

}  // namespace suite
