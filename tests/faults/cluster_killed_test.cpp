// Nodes killed (kill -9) in an order from a seed, while clients hang on every node and come back to any.
#include <algorithm>
#include <csignal>
#include <random>

#include "tests/faults/cluster_test.hpp"

namespace suite::test {
namespace {

class ClusterKilled : public ClusterTest {
 protected:
  // Each of these so many times, in a random order; the next one follows when the one before is back, or, now and
  // then, while it is still away.
  void kill_all(const Names& nodes, int times, unsigned seed) {
    std::mt19937 random(seed);
    Names order;
    for (int i = 0; i < times; ++i) order.insert(order.end(), nodes.begin(), nodes.end());
    std::shuffle(order.begin(), order.end(), random);
    for (const auto& name : order) {
      SCOPED_TRACE("killed: " + name);
      EXPECT_EQ(cluster()[name].end(SIGKILL), 128 + SIGKILL);
      ASSERT_TRUE(writers_go_on(static_cast<int>(random() % 10)));
      cluster()[name].launch();
      if (random() % 4 == 0) continue;
      ASSERT_TRUE(eventually([&] { return cluster().well(name); })) << cluster()[name].process().output();
      ASSERT_TRUE(writers_go_on(static_cast<int>(random() % 5)));
      ASSERT_TRUE(all_true());
    }
  }
};

TEST_F(ClusterKilled, EachOfThemWhileAllIsWritten) {
  stand_up();
  watch_all({"one", "two", "below"});
  write_all_the_time();
  kill_all({"leader", "one", "two", "below"}, scaled(3, 50), 4711);
  expect_exact();
}

TEST_F(ClusterKilled, BothLeadersInTurn) {
  stand_up_two_leaders();
  watch_all({"one", "two", "below"});
  write_all_the_time();
  kill_all({"first", "second"}, scaled(4, 50), 4712);
  expect_exact();
  EXPECT_EQ(witness("at one").arrivals(), 1) << "its stream was never ended";
  EXPECT_EQ(witness("at two").arrivals(), 1);
  EXPECT_EQ(witness("at one").inits(), 1);
  EXPECT_EQ(witness("at two").inits(), 1);
}

}  // namespace
}  // namespace suite::test
