// The network between nodes is black-holed: in a network namespace of the test's own, where packets just get lost.
#include <optional>

#include "tests/faults/outage_test.hpp"
#include "tests/support/gate.hpp"
#include "tests/support/network.hpp"

namespace suite::test {
namespace {

// Each link to an upstream has an address of its own.
constexpr const char* kToOne = "127.0.1.1";
constexpr const char* kToTwo = "127.0.1.2";
constexpr const char* kToBelow = "127.0.1.3";

class ClusterCutOff : public OutageTest {
 protected:
  void SetUp() override {
    if (const auto reason = Network::why_not(); !reason.empty()) GTEST_SKIP() << reason;
    network_.emplace();
    const EdgeProcess::Settings everywhere{{"EDGE_BIND", "0.0.0.0"}};
    add_leader("leader", everywhere);
    cluster().add("one", cluster()["leader"].control_url(kToOne), everywhere);
    cluster().add("two", cluster()["leader"].control_url(kToTwo), {{"EDGE_MAX_STALENESS_S", "600000"}});
    cluster().add("below", cluster()["one"].control_url(kToBelow));
    watch_all({"one", "two", "below"});
    write_all_the_time();
  }
  void TearDown() override {
    OutageTest::TearDown();
    network_.reset();
  }

  std::optional<Network> network_;
};

TEST_F(ClusterCutOff, OneFollowerAndWhatHangsOnIt) {
  endure(
      {"one", "below"}, [&] { network_->cut(kToOne); },
      [&] {
        EXPECT_TRUE(cluster().well("two")) << "the others are not concerned";
        network_->heal(kToOne);
      });
  expect_exact();
}

TEST_F(ClusterCutOff, TheLeaderFromAll) {
  endure(
      {"one", "two", "below"},
      [&] {
        network_->cut(kToOne);
        network_->cut(kToTwo);
      },
      [&] {
        network_->heal(kToOne);
        network_->heal(kToTwo);
      });
  expect_exact();
}

TEST_F(ClusterCutOff, AFollowerOfAFollower) {
  endure(
      {"below"}, [&] { network_->cut(kToBelow); },
      [&] {
        EXPECT_TRUE(cluster().well("one"));
        network_->heal(kToBelow);
      });
  expect_exact();
}

// Shorter than two probes: nobody notices, and the same connections go on.
TEST_F(ClusterCutOff, ForAMomentIsNoLoss) {
  const auto lost = cluster().metric("one", "edge_upstream_lost_total");
  for (int turn = 0; turn < scaled(3, 50); ++turn) {
    network_->cut(kToOne);
    ASSERT_TRUE(writers_go_on(2));
    network_->heal(kToOne);
    ASSERT_TRUE(writers_go_on(5));
    ASSERT_TRUE(all_see());
  }
  EXPECT_EQ(cluster().metric("one", "edge_upstream_lost_total"), lost);
  expect_exact();
}

class ClusterTooOld : public ClusterTest {};

TEST_F(ClusterTooOld, ANodeThatIsTooStaleTakesNoMoreClientsUntilItIsFresh) {
  add_leader("leader");
  Gate gate(cluster()["leader"].control().port());
  const auto upstream = "http://127.0.0.1:" + std::to_string(gate.port());
  cluster().add("strict", upstream, {{"EDGE_MAX_STALENESS_S", "3"}});
  cluster().add("patient", upstream);
  watch_all({"strict", "patient"});
  write_all_the_time();
  ASSERT_TRUE(writers_go_on());

  gate.swallow();
  EXPECT_TRUE(eventually([&] { return cluster()["strict"].readyz()["stale"] == true; }, kTwoProbes + kGrace));
  EXPECT_EQ(cluster()["strict"].get("/readyz").status, 200U) << "stale, and not yet too old";
  EXPECT_TRUE(eventually([&] { return cluster()["strict"].get("/readyz").status == 503; }, kHealed + kGrace));
  EXPECT_EQ(cluster()["strict"].get("/readyz").error(), "") << "it tells more than an error";
  EXPECT_EQ(cluster()["strict"].readyz()["error"], "too_stale");
  EXPECT_EQ(cluster()["strict"].get("/v1/resources/balances").status, 200U) << "whoever comes is served";
  EXPECT_EQ(cluster()["patient"].get("/readyz").status, 200U) << "without the setting it stays";
  gate.restore();
  EXPECT_TRUE(eventually([&] { return cluster()["strict"].ready(); }, kHealed + kGrace));
  expect_exact();
}

class ClusterWithoutDatabase : public OutageTest {};

// The leader is well and knows nothing: all below say so as soon as it does.
TEST_F(ClusterWithoutDatabase, LeaderCutOffFromIt) {
  Gate gate(TestCluster::instance().tcp_port());
  cluster().add("leader", "postgresql://blog_edge@127.0.0.1:" + std::to_string(gate.port()) + "/" + database().name());
  cluster().follow("one", {"leader"});
  cluster().follow("two", {"leader"});
  cluster().follow("below", {"one", "two"});
  watch_all({"leader", "one", "two", "below"});
  write_all_the_time();
  endure(
      {"leader", "one", "two", "below"}, [&] { gate.swallow(); }, [&] { gate.restore(); });
  expect_exact();
}

}  // namespace
}  // namespace suite::test
