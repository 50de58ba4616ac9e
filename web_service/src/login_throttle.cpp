#include "web_service/src/login_throttle.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace suite::web {
namespace {

constexpr std::size_t kBuckets = 8192;

}  // namespace

LoginThrottle::LoginThrottle() : buckets_(kBuckets) {
  static_assert(sizeof key_ == crypto_shorthash_KEYBYTES);
  randombytes_buf(key_.data(), key_.size());
}

bool LoginThrottle::take(std::string_view name, std::string_view address, Time now) {
  const std::lock_guard lock(mutex_);
  Bucket& found = bucket(name, address);
  const double passed = std::chrono::duration<double>(now - found.at).count();
  found.used = std::max(0.0, found.used - passed * kPerSecond);
  found.at = now;
  if (found.used + 1 > kBurst) return false;
  found.used += 1;
  return true;
}

void LoginThrottle::give_back(std::string_view name, std::string_view address) {
  const std::lock_guard lock(mutex_);
  Bucket& found = bucket(name, address);
  found.used = std::max(0.0, found.used - 1);
}

LoginThrottle::Bucket& LoginThrottle::bucket(std::string_view name, std::string_view address) {
  const std::string text = std::string(address) + '\n' + std::string(name);
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(), key_.data());
  std::uint64_t number = 0;
  static_assert(sizeof number == crypto_shorthash_BYTES);
  std::memcpy(&number, hash.data(), sizeof number);
  return buckets_[number % buckets_.size()];
}

}  // namespace suite::web
