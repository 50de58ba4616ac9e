// What a published change carries, and its readers look for: "@<number>:<moment>;", always as long, in texts that hold
// no other '@'. So a change can be told from the one before it, and how old it is, whatever the protocol around it.
#pragma once

#include <time.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace bench {

// Nanoseconds of CLOCK_MONOTONIC.
inline std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

struct Stamp {
  std::uint64_t number = 0;
  std::int64_t at = 0;
};

inline constexpr std::size_t kStampSize = 1 + 10 + 1 + 19 + 1;

inline std::string text_of(const Stamp& stamp) {
  char text[kStampSize + 1];
  std::snprintf(text, sizeof text, "@%010llu:%019lld;", static_cast<unsigned long long>(stamp.number),
                static_cast<long long>(stamp.at));
  return text;
}

// Calls `found` for each stamp. Returns what follows the last whole one and may be the beginning of another.
template <typename Found>
std::string_view scan(std::string_view text, const Found& found) {
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@')) {
    text.remove_prefix(at);
    if (text.size() < kStampSize) return text;
    Stamp stamp;
    std::from_chars(text.data() + 1, text.data() + 11, stamp.number);
    std::from_chars(text.data() + 12, text.data() + 31, stamp.at);
    found(stamp);
    text.remove_prefix(kStampSize);
  }
  return {};
}

}  // namespace bench
