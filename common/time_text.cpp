#include "common/time_text.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace suite {
namespace {

std::tm utc(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

std::string format(const char* pattern, const std::tm& parts) {
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), pattern, &parts)};
}

}  // namespace

std::string iso_time(std::chrono::system_clock::time_point time) {
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto whole = std::chrono::floor<std::chrono::seconds>(since_epoch);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>((since_epoch - whole).count()));
  return format("%Y-%m-%dT%H:%M:%S", utc(std::chrono::system_clock::time_point(whole))) + fraction.data();
}

std::string http_time(std::chrono::system_clock::time_point time) {
  // strftime's names are English here: no service calls setlocale().
  return format("%a, %d %b %Y %H:%M:%S GMT", utc(time));
}

}  // namespace suite
