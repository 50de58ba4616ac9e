// Transactions as they are rarely written: open for long, with a thousand savepoints, committed in two phases.
#include "tests/faults/bank_test.hpp"

namespace suite::test {
namespace {

class Transaction : public BankTest {
 protected:
  int shown_balance(int account) { return balances().fold()[std::to_string(account)].value("balance", 0); }

  // How often and how far the journal was read until now, by whomever.
  struct Reads {
    long whole, scans, rows;
  };
  Reads journal_reads() {
    const auto row = Sql(database().url("postgres"))
                         .rows(
                             "SELECT seq_scan, idx_scan, seq_tup_read + idx_tup_fetch FROM pg_stat_all_tables"
                             " WHERE relid = 'edge.journal'::regclass")
                         .at(0);
    return {std::stol(*row[0]), std::stol(*row[1]), std::stol(*row[2])};
  }
};

// Open for as long as others make 400 commits (20,000 with EDGE_TEST_FULL=1, which takes minutes).
TEST_F(Transaction, OpenForLongWhileOthersCommit) {
  follow();
  Sql open(database().url("blog_owner"));
  open("BEGIN; " + transfer(1, 2, 100));
  const auto writer = transfers();
  for (int turn = 0; turn < 4; ++turn) {
    const auto updates = balances().frames("update");
    ASSERT_TRUE(writer->goes_on(scaled(100, 5000)));
    EXPECT_TRUE(eventually([&] { return balances().frames("update") > updates; })) << "others' changes wait";
    EXPECT_EQ(shown_balance(1), kDeposit);
    open(transfer(1, 2, 100));
  }
  writer->stop();
  EXPECT_TRUE(shows(balances(), "balances"));

  // All that is behind the open transaction stays in the journal, and a pull reads none of it again.
  const auto before = journal_reads();
  constexpr long kPulls = 20;
  ASSERT_TRUE(eventually(
      [&] {  // the figures come late
        database().sql(transfer(3, 4, 1));
        return journal_reads().scans >= before.scans + kPulls;
      },
      std::chrono::seconds(60)));
  const auto after = journal_reads();
  EXPECT_EQ(after.whole, before.whole) << "the journal was read from its beginning";
  EXPECT_LT((after.rows - before.rows) / (after.scans - before.scans), 50);
  const auto rows = std::stoi(database().admin("SELECT count(*) FROM edge.journal"));
  EXPECT_GT(rows, scaled(800, 40000)) << "nothing is behind it: nothing is tested here";

  open("COMMIT");
  EXPECT_TRUE(eventually([&] { return shown_balance(1) == kDeposit - 500; })) << "its own change comes with its commit";
  EXPECT_TRUE(writer->refused().empty()) << writer->refused().front();
  expect_exact();
  EXPECT_TRUE(eventually([&] { return std::stoi(database().admin("SELECT count(*) FROM edge.journal")) < rows; }))
      << "what held the journal is gone, and it is not pruned";
}

TEST_F(Transaction, AThousandSavepoints) {
  follow();
  const auto writer = transfers();
  Sql user(database().url("blog_owner"));
  for (int round = 0, rounds = scaled(2, 50); round < rounds; ++round) {
    const auto updates = balances().frames("update");
    std::string statements = "BEGIN;";
    for (int n = 0; n < 1000; ++n) {
      statements += "SAVEPOINT s;" + transfer(1 + n % 2, 3 + n % 2, 1) +
                    (n % 2 == 0 ? "RELEASE SAVEPOINT s;" : "ROLLBACK TO SAVEPOINT s;");
    }
    user(statements);
    ASSERT_TRUE(writer->goes_on());
    EXPECT_TRUE(eventually([&] { return balances().frames("update") > updates; })) << "a savepoint holds up others";
    EXPECT_EQ(shown_balance(1), kDeposit - 500 * round) << "shown before it was committed";
    user(round % 5 == 4 ? "ROLLBACK; BEGIN;" + transfer(1, 3, 500) + "COMMIT" : "COMMIT");
    EXPECT_TRUE(eventually([&] { return shown_balance(1) == kDeposit - 500 * (round + 1); }));
  }
  EXPECT_TRUE(stopped_unrefused(*writer));
  expect_exact();
}

TEST_F(Transaction, InTwoPhasesWithTheBellOff) {
  database().sql("SELECT edge.configure(bell => false)");
  Sql ear(database().url("blog_owner"));
  ear("LISTEN edge");
  follow({{"EDGE_POLL_MS", "200"}});
  const auto writer = transfers();
  for (int turn = 0, turns = scaled(10, 300); turn < turns; ++turn) {
    const int paid = turn;
    database().sql("BEGIN;" + transfer(1, 2, 1) + "PREPARE TRANSACTION 'kept'");
    database().sql("BEGIN;" + transfer(3, 4, 1) + "PREPARE TRANSACTION 'dropped'");
    ASSERT_TRUE(writer->goes_on(5));
    EXPECT_EQ(shown_balance(1), kDeposit - paid) << "shown before it was committed";
    database().sql("COMMIT PREPARED 'kept'");
    database().sql("ROLLBACK PREPARED 'dropped'");
    EXPECT_TRUE(eventually([&] { return shown_balance(1) == kDeposit - paid - 1; }));
  }
  EXPECT_TRUE(stopped_unrefused(*writer));
  expect_exact();
  EXPECT_EQ(ear.notifications(), std::vector<std::string>{}) << "the bell is off";
  database().sql("SELECT edge.configure(bell => true)");
}

}  // namespace
}  // namespace suite::test
