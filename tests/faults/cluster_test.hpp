// A leader, followers and a follower of followers over a ledger that is written all the time, with witnesses on all.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/edge_cluster.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/scale.hpp"
#include "tests/support/witness.hpp"

namespace suite::test {

// What the nodes promise, and what a busy machine may add to it.
inline constexpr std::chrono::milliseconds kTwoProbes{2000};
inline constexpr std::chrono::milliseconds kHealed{3000};
inline constexpr std::chrono::milliseconds kGrace{1000};

class ClusterTest : public ::testing::Test {
 protected:
  using Names = EdgeCluster::Names;

  ClusterTest() : ledger_(database_) {}
  void TearDown() override;

  EdgeCluster& cluster() { return cluster_; }
  Ledger& ledger() { return ledger_; }
  TestDatabase& database() { return database_; }

  void add_leader(const std::string& name, const EdgeProcess::Settings& settings = {}) {
    cluster_.add(name, database_.url("blog_edge"), settings);
  }
  // leader ← one, two; one, two ← below.
  void stand_up();
  // first, second ← one, two; one, two ← below.
  void stand_up_two_leaders();

  Witness& watch(const std::string& name, const Names& nodes, bool roams = false, std::size_t limit = 0);
  // One at each of these that stays, and some that roam over all of them.
  void watch_all(const Names& nodes);
  Witness& witness(const std::string& name) { return *witnesses_.at(name); }

  void write_all_the_time(int writers = 3, std::chrono::milliseconds pause = std::chrono::milliseconds(10));
  // Waits until all have written so much more.
  bool writers_go_on(int more = 10);
  void stop_writers();

  // Waits until every witness has been shown what is committed now.
  ::testing::AssertionResult all_see(std::chrono::milliseconds limit = std::chrono::seconds(15));
  ::testing::AssertionResult all_true();
  // Nobody writes any more; all nodes are well, all that witnesses were shown was true, and all is as in the database.
  void expect_exact();

 private:
  TestDatabase database_;
  Ledger ledger_;
  EdgeCluster cluster_;
  std::vector<std::unique_ptr<Writer>> writers_;
  std::map<std::string, std::unique_ptr<Witness>> witnesses_;
  unsigned seed_ = 1;
};

}  // namespace suite::test
