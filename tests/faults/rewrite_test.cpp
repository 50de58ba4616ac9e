// TRUNCATE, rewriting ALTER TABLE and the like against pulls in flight, which take long here.
//
// They are not MVCC-safe: a snapshot from before them finds the table empty afterwards. So every transaction leaves each
// item in the same round as the one row of `clock`, and as many items as the round demands; a state in which that does
// not hold never existed. 40 rounds; 2,000 with EDGE_TEST_FULL=1.
#include "tests/faults/bank_test.hpp"

namespace suite::test {
namespace {

class Rewrite : public BankTest {
 protected:
  Rewrite() {
    // The hash makes reading an item slow: about 1 ms each.
    database().sql(
        "CREATE TABLE clock (only_one bool PRIMARY KEY DEFAULT true, round int NOT NULL);"
        "CREATE TABLE items (id int PRIMARY KEY, round int NOT NULL, filler int);"
        "CREATE VIEW dials AS SELECT i.id, i.round, c.round AS clock,"
        "  left(encode(sha512(convert_to(repeat(i.round::text || i.id, 100000), 'UTF8')), 'hex'), 8) AS hash"
        " FROM items i CROSS JOIN clock c;"
        "INSERT INTO clock (round) VALUES (0);" +
        items(0) + ";SELECT edge.publish('dials', source => 'dials', key => 'id', sort => 'id')");
    follow();
    dials_ = whole("dials");
  }

  static int count_in(int round) { return 100 + round % 7; }
  static std::string items(int round) {
    return "INSERT INTO items SELECT n, " + std::to_string(round) + ", n FROM generate_series(1, " +
           std::to_string(count_in(round)) + ") n";
  }
  static std::string tick(int round) { return "UPDATE clock SET round = " + std::to_string(round) + ";"; }

  static std::string is_one_round(const SseClient::Entries& dials) {
    if (dials.empty()) return "no items at all";
    const int round = dials.begin()->second.at("clock");
    for (const auto& [key, dial] : dials) {
      if (dial.at("round") != round || dial.at("clock") != round) return "item " + key + " is of another round";
    }
    if (dials.size() == static_cast<std::size_t>(count_in(round))) return {};
    return std::to_string(dials.size()) + " items in round " + std::to_string(round);
  }

  // One user's transaction (or statement); it may wait for a pull, and must not fail.
  static std::string turn(int round) {
    switch (round % 6) {
      case 0: return tick(round) + "TRUNCATE items;" + items(round);
      case 1:
        return "TRUNCATE clock, items; INSERT INTO clock (round) VALUES (" + std::to_string(round) + ");" +
               items(round);
      case 2:
        return "DELETE FROM items;" + items(round) + ";" + tick(round) + "ALTER TABLE items ALTER COLUMN filler TYPE " +
               (round % 4 == 0 ? "bigint" : "int");
      case 3:
        return "TRUNCATE items;" + items(round) + ";TRUNCATE clock; INSERT INTO clock (round) VALUES (" +
               std::to_string(round) + ")";
      case 4:
        return "ALTER TABLE items ADD COLUMN added float DEFAULT random();" + tick(round) + "DELETE FROM items;" +
               items(round) + ";ALTER TABLE items DROP COLUMN added";
      default: return tick(round) + "TRUNCATE items;" + items(round) + ";CLUSTER items USING items_pkey";
    }
  }

  std::unique_ptr<SseClient> dials_;
};

TEST_F(Rewrite, EveryStateShownExisted) {
  const auto writer = transfers();
  const int rounds = scaled(40, 2000);
  for (int round = 1; round <= rounds; ++round) {
    const auto statement = "SET lock_timeout = '10s';" + turn(round);
    ASSERT_NO_THROW(database().sql(statement)) << statement;
    ASSERT_NO_THROW(database().sql(round % 6 == 5 ? "VACUUM FULL items" : "SELECT 1"));
  }
  EXPECT_TRUE(stopped_unrefused(*writer));
  EXPECT_TRUE(shows(*dials_, "dials"));
  EXPECT_GT(dials_->frames("update"), 5U) << "no pull fell between them: nothing is tested here";
  EXPECT_TRUE(told_truly(*dials_, is_one_round));
  expect_exact();
}

// Two tables truncated one after the other while the pull wants both: if they wait for each other, the pull gives way.
TEST_F(Rewrite, APullGivesWayToAUserInEitherOrder) {
  const auto writer = transfers();
  int round = 0;
  for (const auto* order : {"items clock", "clock items"}) {
    const std::string tables(order);
    const auto first = tables.substr(0, tables.find(' ')), second = tables.substr(tables.find(' ') + 1);
    for (int turn = 0, turns = scaled(2, 20); turn < turns; ++turn) {
      ++round;
      Sql user(database().url("blog_owner"));
      user("BEGIN; TRUNCATE " + first);
      // The pull is in the way of the second now, and has looked for a deadlock already, or has given up.
      eventually(
          [&] {
            return database().admin(
                       "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT granted"
                       " AND usename = 'blog_edge' AND waitstart < clock_timestamp() - interval '1.2 s'") != "0";
          },
          std::chrono::seconds(3));
      ASSERT_NO_THROW(user("TRUNCATE " + second)) << first << " first";
      user(items(round) + "; INSERT INTO clock (round) VALUES (" + std::to_string(round) + "); COMMIT");
      ASSERT_TRUE(writer->goes_on());
    }
  }
  EXPECT_TRUE(stopped_unrefused(*writer));
  EXPECT_TRUE(shows(*dials_, "dials"));
  EXPECT_TRUE(told_truly(*dials_, is_one_round));
  expect_exact();
}

}  // namespace
}  // namespace suite::test
