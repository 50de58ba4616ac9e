// No edge at all: the journal does not grow, and the edge that comes back is exact.
//
// In a normal run the lease of the edge that was killed is run out by SQL; with EDGE_TEST_FULL=1 it runs out by itself,
// and for an hour nobody comes.
#include <csignal>

#include "tests/faults/bank_test.hpp"

namespace suite::test {
namespace {

class Absence : public BankTest {
 protected:
  std::string journal() {
    return database().admin("SELECT count(*) || ' rows, ' || pg_relation_size('edge.journal') FROM edge.journal");
  }
  bool followed() {
    return database().admin(
               "SELECT coalesce(pg_sequence_last_value('edge.lease'), 0) >= "
               "extract(epoch FROM clock_timestamp())") == "t";
  }
};

TEST_F(Absence, TheJournalDoesNotGrow) {
  follow();
  const auto writer = transfers();
  for (int turn = 0; turn < 2; ++turn) {
    ASSERT_TRUE(writer->goes_on());
    edge().process().signal(SIGKILL);
    ASSERT_NE(edge().process().wait(), -1);
    ASSERT_TRUE(followed()) << "a dead edge is waited for";
    ASSERT_TRUE(writer->goes_on());
    if (!full_scale()) lapse_leases();
    ASSERT_TRUE(eventually([&] { return !followed(); }, std::chrono::seconds(60)));
    ASSERT_TRUE(writer->goes_on(2));  // what was under way when the lease ended may still be journaled
    const auto before = journal();
    const auto returns = std::chrono::steady_clock::now() + std::chrono::minutes(full_scale() && turn == 0 ? 60 : 0);
    do {
      ASSERT_TRUE(writer->goes_on(scaled(300, 20000)));
    } while (std::chrono::steady_clock::now() < returns);
    note("written while no edge was there", writer->written(), "transactions");
    database().sql("UPDATE accounts SET balance = balance");
    EXPECT_EQ(journal(), before);

    follow();
    EXPECT_TRUE(balances().next_change().event == "init");
    ASSERT_TRUE(writer->goes_on());
    EXPECT_TRUE(eventually([&] { return balances().frames("update") > 0; }));
  }
  EXPECT_TRUE(stopped_unrefused(*writer));
  EXPECT_TRUE(shows(balances(), "balances"));
}

// One that is shut down says goodbye, and nothing is kept for it.
TEST_F(Absence, AnEdgeThatLeavesIsNotWaitedFor) {
  follow();
  database().sql(transfer(1, 2, 1));
  edge().process().signal(SIGTERM);
  ASSERT_EQ(edge().process().wait(), 0);
  EXPECT_FALSE(followed());
  const auto before = journal();
  database().sql(transfer(1, 2, 1));
  EXPECT_EQ(journal(), before);
  follow();
  expect_exact();
}

}  // namespace
}  // namespace suite::test
