// A call that blocks on a socket ends at its deadline.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "web_service/src/socket_watchdog.hpp"

namespace suite::web {
namespace {

using namespace std::chrono_literals;

class SocketWatchdogTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0); }
  void TearDown() override {
    close(ends[0]);
    close(ends[1]);
  }

  SocketWatchdog dog;
  std::array<int, 2> ends{};
  char byte = 0;
};

TEST_F(SocketWatchdogTest, EndsWhatTakesTooLong) {
  bool overdue = false;
  {
    const SocketWatchdog::Watch watch(dog, ends[0], Clock::now() + 50ms, overdue);
    EXPECT_EQ(read(ends[0], &byte, 1), 0);  // would block for ever
  }
  EXPECT_TRUE(overdue);
}

TEST_F(SocketWatchdogTest, LeavesTheOthersAlone) {
  bool late = false;
  bool in_time = true;
  {
    const SocketWatchdog::Watch watch(dog, ends[0], Clock::now() + 1h, in_time);
    std::array<int, 2> other{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, other.data()), 0);
    {
      const SocketWatchdog::Watch nearer(dog, other[0], Clock::now() + 50ms, late);
      EXPECT_EQ(read(other[0], &byte, 1), 0);
    }
    close(other[0]);
    close(other[1]);
    EXPECT_EQ(write(ends[1], "x", 1), 1);
    EXPECT_EQ(read(ends[0], &byte, 1), 1);
  }
  EXPECT_TRUE(late);
  EXPECT_FALSE(in_time);
}

}  // namespace
}  // namespace suite::web
