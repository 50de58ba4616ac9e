// A deploy: every node in turn is told to go (SIGTERM), drains, ends and is started again, under load.
#include <csignal>

#include "tests/faults/cluster_test.hpp"

namespace suite::test {
namespace {

class ClusterRollingRestart : public ClusterTest {};

TEST_F(ClusterRollingRestart, LosesNothing) {
  stand_up_two_leaders();
  watch_all({"one", "two", "below"});
  write_all_the_time();
  for (int turn = 0; turn < scaled(1, 10); ++turn) {
    for (const auto* name : {"below", "two", "one", "second", "first"}) {
      SCOPED_TRACE(name);
      ASSERT_TRUE(writers_go_on());
      EXPECT_EQ(cluster()[name].end(SIGTERM), 0);
      cluster()[name].launch();
      ASSERT_TRUE(eventually([&] { return cluster().well(name); }));
      EXPECT_TRUE(all_see(kHealed + kGrace));
      ASSERT_TRUE(all_true());
    }
  }
  expect_exact();
}

// With one leader, clients of the followers notice nothing of its restart: the streams go on.
TEST_F(ClusterRollingRestart, OfTheOnlyLeaderIsNotSeenBelow) {
  stand_up();
  watch_all({"one", "two", "below"});
  write_all_the_time();
  for (int turn = 0; turn < scaled(3, 25); ++turn) {
    ASSERT_TRUE(writers_go_on());
    EXPECT_EQ(cluster()["leader"].end(SIGTERM), 0);
    cluster()["leader"].launch();
    ASSERT_TRUE(eventually([&] { return cluster().well("leader"); }));
    EXPECT_TRUE(all_see(kHealed + kGrace));
  }
  expect_exact();
  for (const auto* name : {"at one", "at two", "at below"}) {
    EXPECT_EQ(witness(name).arrivals(), 1) << name;
    EXPECT_EQ(witness(name).inits(), 1) << name;
  }
}

}  // namespace
}  // namespace suite::test
