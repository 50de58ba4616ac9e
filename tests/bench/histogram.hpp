// How long many things took: counts by length in buckets that are at most 1/64 wide, however many there are.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bench {

class Histogram {
 public:
  void add(std::int64_t ns, std::uint64_t times = 1) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0));
    buckets_[bucket_of(value)] += times;
    count_ += times;
    max_ = std::max(max_, value);
  }

  std::uint64_t count() const { return count_; }
  double max_ms() const { return static_cast<double>(max_) / 1e6; }

  // The smallest length that is not below `share` of all, as the upper end of its bucket.
  double percentile_ms(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
      seen += buckets_[bucket];
      if (seen > 0 && seen >= wanted) return static_cast<double>(std::min(end_of(bucket), max_)) / 1e6;
    }
    return 0;
  }

 private:
  static constexpr unsigned kBits = 6;

  // Below 2^kBits each value has a bucket; above, the kBits bits behind the leading one tell.
  static std::size_t bucket_of(std::uint64_t value) {
    if (value < 1U << kBits) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - kBits - 1;
    return (std::size_t{shift} + 1) * (1U << kBits) + ((value >> shift) - (1U << kBits));
  }
  static std::uint64_t end_of(std::size_t bucket) {
    if (bucket < 1U << kBits) return bucket;
    const auto shift = bucket / (1U << kBits) - 1;
    return (((bucket % (1U << kBits)) + (1U << kBits) + 1) << shift) - 1;
  }

  std::array<std::uint64_t, 64 * (1U << kBits)> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace bench
