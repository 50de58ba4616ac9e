#include <gtest/gtest.h>

#include "common/backoff.hpp"

namespace suite {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsLimitWithJitter) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Backoff backoff(100ms, 1000ms, seed);
    for (const auto step : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms, 1000ms}) {
      const auto delay = backoff.next();
      EXPECT_GE(delay, step / 2);
      EXPECT_LE(delay, step);
    }
    backoff.reset();
    EXPECT_LE(backoff.next(), 100ms);
  }
}

TEST(Backoff, NodesThatLostOneUpstreamComeBackApart) {
  Backoff one(1000ms, 1000ms, 1), two(1000ms, 1000ms, 2);
  bool apart = false;
  for (int i = 0; i < 10; ++i) apart |= one.next() != two.next();
  EXPECT_TRUE(apart);
}

}  // namespace
}  // namespace suite
