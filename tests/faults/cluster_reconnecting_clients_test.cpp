// Clients that all come back at once: what they ask for is there, and the database hears nothing of them.
#include <csignal>

#include "tests/faults/cluster_test.hpp"
#include "tests/support/crowd.hpp"

namespace suite::test {
namespace {

class ClusterReconnectingClients : public ClusterTest {
 protected:
  void SetUp() override {
    clients_ = scaled(1000, 10000);
    const auto open = Crowd::open_files();
    if (open < static_cast<std::size_t>(clients_) + 500) {
      GTEST_SKIP() << clients_ << " clients need more open files than the " << open << " allowed (ulimit -Hn)";
    }
    add_leader("leader");
    cluster().follow("one", {"leader"});
    cluster().follow("two", {"leader"});
    crowd_ = std::make_unique<Crowd>(cluster().streaming_ports({"one", "two"}), clients_);
    ASSERT_TRUE(all_connected());
  }
  void TearDown() override {
    crowd_.reset();
    ClusterTest::TearDown();
  }

  bool all_connected() {
    return eventually([&] { return crowd_->connected() == clients_; }, std::chrono::minutes(1));
  }
  bool all_at(Generation generation) {
    return eventually([&] { return crowd_->at(generation) == clients_; }, std::chrono::minutes(1));
  }
  // How often a table under the resource was read, by whatever query. The server counts a session's reads when that
  // has been idle, or at its next transaction a second later: some of the leader's must have been since.
  int reads() {
    for (const int wait : {1, 2, 3}) {
      const auto pulls = cluster().metric("leader", "edge_pulls_total") + wait;
      EXPECT_TRUE(eventually([&] { return cluster().metric("leader", "edge_pulls_total") > pulls; }));
    }
    return std::stoi(database().admin(
        "SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = 'accounts'"));
  }

  int clients_ = 0;
  std::unique_ptr<Crowd> crowd_;
};

TEST_F(ClusterReconnectingClients, OfANodeThatDied) {
  ASSERT_TRUE(all_at(ledger().write()));
  const int before = reads();
  cluster()["one"].end(SIGKILL);
  ASSERT_TRUE(eventually([&] { return crowd_->arrivals() > clients_; }));
  ASSERT_TRUE(all_connected());
  EXPECT_EQ(reads(), before) << "what they had missed was read from the database";
  EXPECT_EQ(crowd_->inits(), clients_) << "the other node could have told them what they missed";
  cluster()["one"].launch();
  ASSERT_TRUE(eventually([&] { return cluster().well("one"); }));
  EXPECT_EQ(reads(), before) << "a follower reads from its leader";
  EXPECT_TRUE(all_at(ledger().write()));
  EXPECT_EQ(crowd_->went_back(), 0);
  expect_exact();
}

TEST_F(ClusterReconnectingClients, OfAllNodesAndTheLeader) {
  ASSERT_TRUE(all_at(ledger().write()));
  const int before = reads();
  for (const auto* name : {"leader", "one", "two"}) cluster()[name].end(SIGKILL);
  ASSERT_TRUE(eventually([&] { return crowd_->connected() == 0; }));
  for (const auto* name : {"leader", "one", "two"}) cluster()[name].launch();
  ASSERT_TRUE(all_connected());
  const int asked = reads() - before;
  note("reads", asked, "of the resource in the database");
  EXPECT_LE(asked, 1);
  EXPECT_TRUE(all_at(ledger().write()));
  EXPECT_EQ(crowd_->went_back(), 0);
  expect_exact();
}

}  // namespace
}  // namespace suite::test
