// Nodes that stand still (SIGSTOP) and go on as if nothing had been, and a leader that is away.
#include <csignal>

#include "tests/faults/outage_test.hpp"

namespace suite::test {
namespace {

class ClusterPaused : public OutageTest {
 protected:
  ClusterPaused() {
    stand_up();
    watch_all({"one", "two", "below"});
    write_all_the_time();
  }
  void pause(const std::string& name) { cluster()[name].process().signal(SIGSTOP); }
  void go_on(const std::string& name) { cluster()[name].process().signal(SIGCONT); }
};

TEST_F(ClusterPaused, TheLeader) {
  endure(
      {"one", "two", "below"}, [&] { pause("leader"); }, [&] { go_on("leader"); });
  expect_exact();
}

TEST_F(ClusterPaused, TheLeaderKilledAndStartedLater) {
  endure(
      {"one", "two", "below"}, [&] { cluster()["leader"].end(SIGKILL); }, [&] { cluster()["leader"].launch(); });
  expect_exact();
}

// The others do not wait for it; it comes back to where they are, and so do its clients, on the streams they had.
TEST_F(ClusterPaused, AFollower) {
  for (const int duration : durations()) {
    ASSERT_TRUE(writers_go_on());
    pause("one");
    const auto stopped = std::chrono::steady_clock::now();
    const Generation before = witness("at one").shown();
    ASSERT_TRUE(writers_go_on(50));
    EXPECT_TRUE(witness("at two").shows(ledger().newest()));
    EXPECT_TRUE(eventually([&] { return cluster().well("below"); })) << "it goes on with two";
    EXPECT_TRUE(witness("at below").shows(ledger().newest(), kHealed));
    std::this_thread::sleep_until(stopped + std::chrono::seconds(duration));
    EXPECT_LE(witness("at one").shown(), before + 50);
    go_on("one");
    EXPECT_TRUE(witness("at one").shows(ledger().newest(), kHealed + kGrace));
    EXPECT_EQ(witness("at one").inits(), 1);
    EXPECT_EQ(witness("at one").arrivals(), 1);
  }
  expect_exact();
}

TEST_F(ClusterPaused, EachForMoments) {
  const Names nodes{"leader", "one", "two", "below"};
  for (int turn = 0; turn < scaled(16, 400); ++turn) {
    const auto& name = nodes[static_cast<std::size_t>(turn * 7 % 4)];
    pause(name);
    ASSERT_TRUE(writers_go_on(turn % 5));
    go_on(name);
    ASSERT_TRUE(all_true());
  }
  expect_exact();
}

}  // namespace
}  // namespace suite::test
