// Slows the guessing of passwords: so many failures for one name from one address, then one more every second.
//
// By name and address together, so that nobody can lock another out. Whether the name exists plays no part.
// Threads   Any.
// Bounds    A fixed table; names that share a place in it (by a keyed hash, so nobody can choose whose) share its count.
#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <string_view>
#include <vector>

namespace suite::web {

class LoginThrottle {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr double kBurst = 60;
  static constexpr double kPerSecond = 1;

  LoginThrottle();

  // Takes one attempt; false where none is left.
  bool take(std::string_view name, std::string_view address, Time now);
  // Gives it back: the password was right.
  void give_back(std::string_view name, std::string_view address);

 private:
  struct Bucket {
    double used = 0;
    Time at;
  };

  Bucket& bucket(std::string_view name, std::string_view address);

  std::array<unsigned char, 16> key_{};
  std::mutex mutex_;
  std::vector<Bucket> buckets_;
};

}  // namespace suite::web
