// How fast a password may be guessed.
#include <gtest/gtest.h>
#include <sodium.h>

#include "web_service/src/login_throttle.hpp"

namespace suite::web {
namespace {

using namespace std::chrono_literals;

class LoginThrottleTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_GE(sodium_init(), 0); }

  int taken(const char* name, const char* address) {
    int count = 0;
    while (count < 1000 && throttle.take(name, address, now)) ++count;
    return count;
  }

  LoginThrottle throttle;
  LoginThrottle::Time now = LoginThrottle::Time(1000h);
};

TEST_F(LoginThrottleTest, AfterTheBurstOneMoreEverySecond) {
  EXPECT_EQ(taken("alice", "192.0.2.1"), 60);
  now += 999ms;
  EXPECT_EQ(taken("alice", "192.0.2.1"), 0);
  now += 1ms;
  EXPECT_EQ(taken("alice", "192.0.2.1"), 1);
  now += 1h;
  EXPECT_EQ(taken("alice", "192.0.2.1"), 60);
}

TEST_F(LoginThrottleTest, NobodyIsLockedOutByAnother) {
  taken("alice", "192.0.2.1");
  EXPECT_EQ(taken("alice", "192.0.2.2"), 60);
  EXPECT_EQ(taken("bob", "192.0.2.1"), 60);
}

TEST_F(LoginThrottleTest, ARightPasswordCostsNothing) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(throttle.take("alice", "192.0.2.1", now));
    throttle.give_back("alice", "192.0.2.1");
  }
}

}  // namespace
}  // namespace suite::web
