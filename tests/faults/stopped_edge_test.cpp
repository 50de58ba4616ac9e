// The edge stopped (SIGSTOP) and let go on: for longer than its leases, for moments, and in the middle of a large pull
// while a user truncates and alters what is being pulled.
//
// In a normal run the leases are run out by SQL; with EDGE_TEST_FULL=1 the edge stands still for a minute, which is
// longer than they last, and the pull is one of 200 MB.
#include <csignal>

#include "tests/faults/bank_test.hpp"

namespace suite::test {
namespace {

class StoppedEdge : public BankTest {
 protected:
  void stop() {
    edge().process().signal(SIGSTOP);
    // What it had asked for is answered, or waits for it.
    ASSERT_TRUE(eventually([&] {
      return database().admin("SELECT count(*) FROM " + edge_backends("%") +
                              " AND state <> 'idle' AND wait_event IS DISTINCT FROM 'ClientWrite'") == "0";
    }));
  }
  void go_on() { edge().process().signal(SIGCONT); }

  std::string journal_rows() { return database().admin("SELECT count(*) FROM edge.journal"); }
};

TEST_F(StoppedEdge, LongerThanItsLeases) {
  follow();
  const auto writer = transfers();
  for (int turn = 0, turns = scaled(3, 2); turn < turns; ++turn) {
    ASSERT_TRUE(writer->goes_on());
    stop();
    ASSERT_TRUE(writer->goes_on());
    if (full_scale()) {
      std::this_thread::sleep_for(std::chrono::minutes(1));
    } else {
      lapse_leases();
    }
    ASSERT_TRUE(writer->goes_on(2));  // what was under way when the lease ended may still be journaled
    const auto rows = journal_rows();
    ASSERT_TRUE(writer->goes_on());
    EXPECT_EQ(journal_rows(), rows) << "nobody follows, and it is journaled";
    go_on();
    ASSERT_TRUE(writer->goes_on());
    EXPECT_TRUE(eventually([&] { return edge().readyz()["stale"] == false; }));
  }
  EXPECT_TRUE(stopped_unrefused(*writer));
  expect_exact();
}

// Few writes: under load, the next bell would make up for a lost one.
TEST_F(StoppedEdge, ForMomentsWhileLittleIsWritten) {
  follow({{"EDGE_PROBE_MS", "10000"}, {"EDGE_POLL_MS", "10000"}});
  for (int turn = 0, turns = scaled(40, 2000); turn < turns; ++turn) {
    edge().process().signal(SIGSTOP);
    database().sql(transfer(1 + turn % 4, 5 + turn % 4, 1));
    if (turn % 4 == 0) database().sql(transfer(9, 10, 1));
    go_on();
    ASSERT_TRUE(eventually([&] { return balances().fold() == database().view("balances"); }, std::chrono::seconds(8)))
        << "turn " << turn << ": a change waits for the next probe";
  }
  expect_exact();
}

class StoppedInAPull : public StoppedEdge {
 protected:
  static constexpr int kRowBytes = 20000;

  StoppedInAPull() {
    database().sql(
        "CREATE TABLE texts (id int PRIMARY KEY, body text NOT NULL, mark int);"
        "CREATE VIEW bodies AS SELECT id, body FROM texts;"
        "SELECT edge.publish('bodies', source => 'bodies', key => 'id', sort => 'id')");
  }

  static std::string fill(int rows) {
    return "INSERT INTO texts SELECT n, repeat(md5(n::text), " + std::to_string(kRowBytes / 32) +
           "), n FROM generate_series(1, " + std::to_string(rows) + ") n";
  }

  // Whether the server is sending what a pull found.
  bool is_sent_a_pull() {
    return database().admin(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
               " AND application_name LIKE '% pull' AND state = 'active' AND query LIKE 'FETCH%'") == "1";
  }
  // Stops the edge while it reads the answer to a write of so many bytes.
  void stop_in_a_pull(int bytes) {
    database().sql(fill(bytes / kRowBytes));
    ASSERT_TRUE(eventually([&] { return is_sent_a_pull(); })) << "no pull is under way";
    edge().process().signal(SIGSTOP);
    ASSERT_TRUE(is_sent_a_pull()) << "the answer was small enough to be read meanwhile";
  }

  // Each statement within 10 s, or it fails.
  void user(const std::string& statement) {
    SCOPED_TRACE(statement);
    EXPECT_NO_THROW(database().sql("SET lock_timeout = '10s'; " + statement));
  }

  void truncate_and_alter() {
    const int bytes = scaled(60, 200) * 1000 * 1000;
    auto first = stream("/v1/resources/bodies?limit=3");
    const auto writer = transfers();
    for (const auto* statement : {"ALTER TABLE texts ALTER COLUMN mark TYPE bigint", "TRUNCATE texts"}) {
      stop_in_a_pull(bytes);
      user(statement);
      user("TRUNCATE texts");
      user("ALTER TABLE texts ALTER COLUMN mark TYPE int");
      user(fill(2));
      ASSERT_TRUE(writer->goes_on());
      go_on();
      EXPECT_TRUE(shows(*first, "bodies", "ORDER BY id LIMIT 3"));
      user("DELETE FROM texts");
      EXPECT_TRUE(shows(*first, "bodies"));
    }
    EXPECT_TRUE(stopped_unrefused(*writer));
    EXPECT_EQ(edge().get("/v1/resources/bodies").body, "[]");
    expect_exact();
  }
};

TEST_F(StoppedInAPull, OverASocketWhileAUserTruncatesAndAlters) {
  follow();
  truncate_and_alter();
}

TEST_F(StoppedInAPull, OverTcpWhileAUserTruncatesAndAlters) {
  const auto port = TestCluster::instance().tcp_port();
  follow({{"EDGE_UPSTREAM", "postgresql://blog_edge@127.0.0.1:" + std::to_string(port) + "/" + database().name()}});
  truncate_and_alter();
}

}  // namespace
}  // namespace suite::test
