// PostgreSQL restarted and crashed while it is written: the journal is emptied, transaction ids are used again, prepared
// transactions survive without their journal rows. All is noticed, and only differences are streamed.
#include <csignal>

#include "tests/faults/bank_test.hpp"

namespace suite::test {
namespace {

class Crash : public BankTest {
 protected:
  struct Fault {
    const char* name;
    bool empties_journal;
    std::function<void()> strike;
  };

  std::vector<Fault> faults() {
    auto& cluster = TestCluster::instance();
    return {
        {"restarted fast", false, [&] { cluster.stop("fast"), cluster.start(); }},
        {"restarted immediate", true, [&] { cluster.stop("immediate"), cluster.start(); }},
        {"kill -9 of the postmaster", true, [&] { cluster.kill_postmaster(), cluster.start(); }},
        {"kill -9 of one backend", true, [&] { kill_backend(); }},
    };
  }

  // A user's; the postmaster throws out everybody else for it.
  void kill_backend() {
    Sql victim(database().url("blog_owner"));
    kill(std::stoi(victim.value("SELECT pg_backend_pid()")), SIGKILL);
    ASSERT_TRUE(eventually([&] {
      try {
        victim("SELECT 1");
      } catch (const std::runtime_error&) {
      }
      return !victim.connected();
    }));
    ASSERT_TRUE(edge().process().logs("upstream_lost", edge().process().count("upstream_connected")));
  }

  std::size_t times(const std::string& event) { return edge().process().count(event); }

  // Strikes, and waits until the edge is there again.
  void strike(const Fault& fault) {
    const auto connected = times("upstream_connected");
    const auto renewed = times("journal_renewed");
    fault.strike();
    ASSERT_TRUE(edge().process().logs("upstream_connected", connected + 1));
    if (fault.empties_journal) {
      EXPECT_TRUE(edge().process().logs("journal_renewed", renewed + 1));
    } else {
      EXPECT_EQ(times("journal_renewed"), renewed) << "a journal that is whole was given up";
    }
  }

  std::string balance_of(int account) {
    return database().sql("SELECT balance FROM accounts WHERE id = " + std::to_string(account));
  }
  bool shows_balance(int account, int amount) {
    return eventually([&] { return balances().fold()[std::to_string(account)].value("balance", 0) == amount; });
  }
};

TEST_F(Crash, RestartedAndKilledWhileWritten) {
  follow({{"EDGE_PROBE_MS", "300"}});
  const auto writer = transfers();
  for (const auto& fault : faults()) {
    SCOPED_TRACE(fault.name);
    ASSERT_TRUE(writer->goes_on());
    strike(fault);
    ASSERT_TRUE(writer->goes_on());
  }
  writer->stop();
  expect_exact();
}

TEST_F(Crash, PreparedTransactionsSurviveWithoutTheirJournalRows) {
  database().sql("SELECT edge.configure(bell => false)");
  follow({{"EDGE_PROBE_MS", "300"}, {"EDGE_POLL_MS", "200"}});
  const auto writer = transfers();
  int paid = 0;
  for (const auto& fault : faults()) {
    SCOPED_TRACE(fault.name);
    // Not committed yet, so not shown: one is committed before the edge is back, one after, one never.
    database().sql("BEGIN;" + transfer(1, 2, 5) + "PREPARE TRANSACTION 'late'");
    database().sql("BEGIN;" + transfer(3, 4, 5) + "PREPARE TRANSACTION 'never'");
    ASSERT_TRUE(writer->goes_on());
    strike(fault);
    ASSERT_TRUE(writer->goes_on());
    EXPECT_TRUE(shows_balance(1, kDeposit - paid)) << "it has not been committed";
    database().sql("COMMIT PREPARED 'late'");
    paid += 5;
    EXPECT_TRUE(shows_balance(1, kDeposit - paid)) << "its journal rows are gone; it must be noticed nevertheless";
    database().sql("ROLLBACK PREPARED 'never'");
  }
  writer->stop();
  EXPECT_EQ(balance_of(3), std::to_string(kDeposit));
  expect_exact();
}

// What was not flushed before a crash did not happen: neither the commits nor the ids they had. The process that flushes
// is stopped, and its end by kill -9 is the crash.
TEST_F(Crash, TransactionIdsAreUsedAgain) {
  TestCluster::instance().set("synchronous_commit", "off");
  follow({{"EDGE_PROBE_MS", "300"}});
  const auto next_id = [&] { return std::stoll(database().admin("SELECT pg_snapshot_xmax(pg_current_snapshot())")); };
  database().admin("CHECKPOINT");
  const auto flusher = std::stoi(database().admin("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'"));
  kill(flusher, SIGSTOP);
  database().admin("DO $$ BEGIN FOR n IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$");
  database().sql(transfer(1, 2, 500));
  EXPECT_TRUE(shows_balance(1, kDeposit - 500)) << "a commit that the crash undoes";
  const auto before = next_id();

  strike({"kill -9 of the WAL writer", true, [&] { kill(flusher, SIGKILL); }});
  ASSERT_LT(next_id(), before) << "no id is used again: nothing is tested here";
  EXPECT_TRUE(shows_balance(1, kDeposit)) << "what did not happen is taken back";
  const auto writer = transfers();
  while (next_id() < before) ASSERT_TRUE(writer->goes_on());
  writer->stop();
  expect_exact();
}

}  // namespace
}  // namespace suite::test
