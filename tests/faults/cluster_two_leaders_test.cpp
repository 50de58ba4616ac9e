// Two leaders of one database: each follower goes on with the other one, and never to an older state.
#include <csignal>

#include "tests/faults/cluster_test.hpp"
#include "tests/support/gate.hpp"

namespace suite::test {
namespace {

class ClusterTwoLeaders : public ClusterTest {
 protected:
  void stand_up_twice() {
    add_leader("first");
    add_leader("second");
    cluster().follow("one", {"first", "second"});
    cluster().follow("two", {"second", "first"});
    cluster().follow("below", {"one"});
    watch_all({"one", "two", "below"});
    write_all_the_time();
  }
  void expect_goes_on(const std::string& name) {
    ASSERT_TRUE(writers_go_on(1));
    const Generation committed = ledger().newest();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(witness("at " + name).shows(committed, kHealed + kGrace)) << cluster()[name].readyz();
    const auto taken = std::chrono::steady_clock::now() - began;
    note("goes_on_" + name, std::chrono::duration_cast<std::chrono::milliseconds>(taken).count(), "ms");
  }
  void expect_same_streams() {
    for (const auto* name : {"at one", "at two", "at below"}) {
      EXPECT_EQ(witness(name).arrivals(), 1) << name;
      EXPECT_EQ(witness(name).inits(), 1) << name;
    }
  }
};

TEST_F(ClusterTwoLeaders, EitherKilled) {
  stand_up_twice();
  for (int turn = 0; turn < scaled(2, 25); ++turn) {
    for (const auto* name : {"first", "second"}) {
      ASSERT_TRUE(writers_go_on());
      cluster()[name].end(SIGKILL);
      for (const auto* follower : {"one", "two", "below"}) expect_goes_on(follower);
      cluster()[name].launch();
      ASSERT_TRUE(eventually([&] { return cluster().well(name); }));
    }
  }
  expect_exact();
  expect_same_streams();
}

// It still accepts connections, and when it goes on it has much to catch up with.
TEST_F(ClusterTwoLeaders, EitherPaused) {
  stand_up_twice();
  for (int turn = 0; turn < scaled(1, 25); ++turn) {
    for (const auto* name : {"first", "second"}) {
      ASSERT_TRUE(writers_go_on());
      cluster()[name].process().signal(SIGSTOP);
      for (const auto* follower : {"one", "two", "below"}) expect_goes_on(follower);
      cluster()[name].process().signal(SIGCONT);
      ASSERT_TRUE(eventually([&] { return cluster().well(name); }));
    }
  }
  expect_exact();
  expect_same_streams();
}

// The other leader is alive and shows what was long ago: it is no way to go on. Once it has caught up, it is.
TEST_F(ClusterTwoLeaders, TheOtherOneHasSeenLess) {
  Gate gate(TestCluster::instance().tcp_port());
  add_leader("first");
  cluster().add("second", "postgresql://blog_edge@127.0.0.1:" + std::to_string(gate.port()) + "/" + database().name());
  cluster().follow("one", {"first", "second"});
  watch_all({"one"});
  write_all_the_time();
  ASSERT_TRUE(writers_go_on());
  gate.stall();
  ASSERT_TRUE(eventually([&] { return cluster()["second"].readyz()["stale"] == true; }));
  ASSERT_TRUE(writers_go_on());
  const Generation served = witness("at one").shown();
  cluster()["first"].end(SIGKILL);
  ASSERT_TRUE(eventually([&] { return cluster()["one"].readyz()["stale"] == true; }, kTwoProbes + kGrace));
  ASSERT_TRUE(cluster()["one"].process().logs("upstream_lost", 4)) << "it has tried both";
  EXPECT_GE(witness("at one").shown(), served);
  // A new client may not be shown less either.
  EXPECT_TRUE(watch("late", {"one"}).shows(served));
  gate.restore();
  EXPECT_TRUE(witness("at one").shows(ledger().newest(), kHealed + kGrace)) << cluster()["one"].readyz();
  cluster()["first"].launch();
  expect_exact();
  EXPECT_EQ(witness("at one").inits(), 1);
}

// Two of each, of the same names: nodes started twice, and the ones that were first go.
TEST_F(ClusterTwoLeaders, EveryNodeDoubled) {
  add_leader("leader");
  add_leader("leader's twin", {{"EDGE_NODE", "leader"}});
  cluster().follow("one", {"leader", "leader's twin"});
  cluster().follow("one's twin", {"leader", "leader's twin"}, {{"EDGE_NODE", "one"}});
  cluster().follow("below", {"one", "one's twin"});
  cluster().follow("below's twin", {"one", "one's twin"}, {{"EDGE_NODE", "below"}});
  watch_all({"one", "one's twin", "below", "below's twin"});
  write_all_the_time();
  for (const auto* name : {"leader", "one", "below"}) {
    ASSERT_TRUE(writers_go_on());
    cluster()[name].end(SIGKILL);
    ASSERT_TRUE(writers_go_on());
    EXPECT_TRUE(witness("at below's twin").shows(ledger().newest(), kHealed + kGrace));
  }
  EXPECT_EQ(witness("at below's twin").inits(), 1);
  for (const auto* name : {"leader", "one", "below"}) cluster()[name].launch();
  expect_exact();
}

}  // namespace
}  // namespace suite::test
