// The catalog changed under what is published, while it is written: handled, or noticed within 10 s, said in /readyz and
// in the log, and mended by publishing again. The streams end exact, and no user's write fails for our sake.
#include "tests/faults/bank_test.hpp"

namespace suite::test {
namespace {

constexpr std::chrono::seconds kNoticed{10};
// A resource that changed is read whole from time to time until it is published again.
constexpr std::chrono::seconds kRead{30};

class Catalog : public BankTest {
 protected:
  // "" (it is as published), "changed" or "broken".
  std::string trouble(const std::string& resource = "balances") {
    const auto ready = edge().readyz();
    for (const auto& each : ready.value("troubles", nlohmann::json::array())) {
      if (each.at("resource") == resource) {
        EXPECT_FALSE(each.value("reason", "").empty()) << ready;
        return each.at("kind");
      }
    }
    return {};
  }
  ::testing::AssertionResult is(const std::string& kind, const std::string& resource = "balances") {
    if (eventually([&] { return trouble(resource) == kind; }, kNoticed)) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "not said to be \"" << kind << "\": " << edge().readyz();
  }
  std::size_t logged(const std::string& event) { return edge().process().count(event); }

  ::testing::AssertionResult shows_in_time(SseClient& reader, const std::string& view) {
    return shows(reader, view, "", "id", kRead);
  }

  // Publishing again mends, and from then on changes travel as ever.
  void mend() {
    database().sql("SELECT edge.renew()");
    EXPECT_TRUE(is(""));
    EXPECT_EQ(logged("resource_changed") + logged("resource_broken"), logged("resource_mended"));
    database().sql(transfer(1, 2, 1));
    EXPECT_TRUE(shows(balances(), "balances"));
  }

  // What the edge must say: nothing, that the resource changed, or that it is gone.
  enum class Told { perhaps, changed, gone };

  // Changes the catalog under load.
  void change(const std::string& ddl, Told told) {
    if (HasFailure()) return;
    SCOPED_TRACE(ddl);
    const auto writer = transfers();
    const auto before = logged("resource_changed");
    ASSERT_TRUE(writer->goes_on());
    ASSERT_NO_THROW(database().sql("SET lock_timeout = '10s';" + ddl));
    ASSERT_TRUE(writer->goes_on());
    if (told == Told::changed) {
      EXPECT_TRUE(is("changed"));
      EXPECT_EQ(logged("resource_changed"), before + 1) << "once for each change";
    }
    if (told == Told::gone) {
      EXPECT_TRUE(is("broken"));
    }
    ASSERT_TRUE(writer->goes_on());
    EXPECT_TRUE(stopped_unrefused(*writer));
    if (told != Told::gone) {  // otherwise what was read last is kept
      EXPECT_TRUE(shows_in_time(balances(), "balances"));
    }
    mend();
  }

  void expect_true_to_the_end(const Judge& judge = {}) {
    EXPECT_TRUE(shows(balances(), "balances"));
    EXPECT_TRUE(told_truly(balances(), judge));
    EXPECT_TRUE(edge().process().running());
  }
};

TEST_F(Catalog, Columns) {
  follow();
  change("ALTER TABLE accounts ADD COLUMN note text DEFAULT 'new'", Told::perhaps);
  change("ALTER TABLE accounts DROP COLUMN note", Told::perhaps);
  change("ALTER TABLE accounts RENAME COLUMN branch TO office", Told::changed);
  change("ALTER TABLE accounts RENAME COLUMN office TO x; ALTER TABLE accounts ADD COLUMN office int", Told::changed);
  expect_true_to_the_end(adds_up);
}

TEST_F(Catalog, TypesOfColumns) {
  follow();
  const std::string view =
      "CREATE VIEW balances AS SELECT a.id, a.balance, b.name AS branch"
      " FROM accounts a JOIN branches b ON b.id = a.branch";
  change("DROP VIEW balances; ALTER TABLE accounts ALTER COLUMN balance TYPE numeric USING balance + 0.0;" + view,
         Told::gone);
  change("DROP VIEW balances; ALTER TABLE accounts ALTER COLUMN balance TYPE bigint USING balance / 1;" + view,
         Told::gone);
  expect_true_to_the_end(adds_up);
}

TEST_F(Catalog, AViewReplaced) {
  follow();
  change(
      "CREATE OR REPLACE VIEW balances AS SELECT a.id, a.balance, upper(b.name) AS branch"
      " FROM accounts a JOIN branches b ON b.id = a.branch",
      Told::changed);
  change(
      "CREATE OR REPLACE VIEW balances AS SELECT a.id, a.balance, upper(b.name) AS branch, a.balance > 0 AS solvent"
      " FROM accounts a LEFT JOIN branches b ON b.id = a.branch",
      Told::changed);
  expect_true_to_the_end(adds_up);
}

TEST_F(Catalog, ATableRenamed) {
  follow();
  change("ALTER TABLE accounts RENAME TO ledger; CREATE VIEW accounts AS SELECT * FROM ledger", Told::perhaps);
  change("ALTER VIEW balances RENAME TO sums; CREATE VIEW balances AS SELECT * FROM sums", Told::gone);
  expect_true_to_the_end(adds_up);
}

TEST_F(Catalog, Triggers) {
  follow();
  change("DROP TRIGGER _900_edge_update ON accounts", Told::changed);
  change("DROP TRIGGER _900_edge_delete ON accounts; DROP TRIGGER _900_edge_update ON branches", Told::changed);
  change("ALTER TABLE accounts DISABLE TRIGGER USER", Told::changed);
  change("ALTER TABLE accounts DISABLE TRIGGER _900_edge_update;" + transfer(1, 2, 10) +
             "ALTER TABLE accounts ENABLE ALWAYS TRIGGER _900_edge_update",
         Told::perhaps);
  expect_true_to_the_end();  // what was shown before it was noticed need not add up
}

// Nothing else is written here: no other change makes up for those that fired no trigger.
TEST_F(Catalog, TriggersDisabledForOneTransaction) {
  follow();
  for (int turn = 0; turn < 3; ++turn) {
    database().sql("ALTER TABLE accounts DISABLE TRIGGER _900_edge_update;" + transfer(1, 2, 10) +
                   "ALTER TABLE accounts ENABLE ALWAYS TRIGGER _900_edge_update");
    EXPECT_TRUE(shows_in_time(balances(), "balances"));
    mend();
  }
  expect_true_to_the_end(adds_up);
}

TEST_F(Catalog, RowLevelSecurity) {
  follow();
  change("ALTER TABLE accounts ENABLE ROW LEVEL SECURITY", Told::perhaps);
  const auto before = logged("resource_changed");
  database().sql("ALTER TABLE accounts FORCE ROW LEVEL SECURITY");  // the view's owner sees no account any more
  EXPECT_TRUE(eventually([&] { return trouble() != ""; }, kNoticed));
  EXPECT_GT(logged("resource_changed") + logged("resource_broken"), before);
  database().sql("ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY");
  EXPECT_TRUE(shows_in_time(balances(), "balances"));
  mend();
  expect_true_to_the_end();
}

// Too short for anybody to look, and yet an entry was read meanwhile.
TEST_F(Catalog, RowLevelSecurityForAMoment) {
  database().sql("ALTER TABLE accounts ENABLE ROW LEVEL SECURITY");
  database().sql("SELECT edge.renew()");
  follow();
  for (int turn = 0; turn < 3; ++turn) {
    const auto updates = balances().frames("update");
    database().sql("ALTER TABLE accounts FORCE ROW LEVEL SECURITY");
    database().admin(transfer(1, 2, 1));  // as one whom no policy binds
    EXPECT_TRUE(eventually([&] { return balances().frames("update") > updates; }));
    database().sql("ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY");
    ASSERT_TRUE(shows_in_time(balances(), "balances"));
  }
}

TEST_F(Catalog, AViewDroppedAndMadeAgain) {
  follow();
  const auto writer = transfers();
  const auto other = stream("/v1/resources/posts");
  const auto last = balances().fold();
  database().sql("DROP VIEW balances");
  EXPECT_TRUE(is("broken"));
  EXPECT_TRUE(edge().process().logs("resource_broken"));
  const auto reply = edge().get("/v1/resources/balances");
  EXPECT_EQ(reply.status, 200U) << "what was read last is kept";
  EXPECT_EQ(reply.json().size(), static_cast<std::size_t>(kAccounts));
  EXPECT_TRUE(eventually([&] {
    return std::stoi(edge().get("/v1/resources/balances").field("edge-staleness-ms")) > 0;
  })) << "and said to be old";
  ASSERT_TRUE(writer->goes_on());
  const auto post = add_post("written while another view is gone");
  EXPECT_EQ(other->next_change().keys(), Keys{post}) << "the others go on";
  EXPECT_EQ(edge().get("/v1/resources/posts").field("edge-staleness-ms"), "0");

  database().sql(
      "CREATE VIEW balances AS SELECT a.id, a.balance, b.name AS branch"
      " FROM accounts a JOIN branches b ON b.id = a.branch;"
      "SELECT edge.publish('balances', source => 'balances', key => 'id', sort => 'id')");
  EXPECT_TRUE(is(""));
  ASSERT_TRUE(writer->goes_on());
  EXPECT_TRUE(stopped_unrefused(*writer));
  expect_true_to_the_end(adds_up);
}

TEST_F(Catalog, AViewThatCanNotBeRead) {
  database().sql(
      "CREATE TABLE weights (id int PRIMARY KEY, weight int NOT NULL);"
      "INSERT INTO weights SELECT n, n FROM generate_series(1, 5) n;"
      "CREATE VIEW shares AS SELECT id, 100 / weight AS share FROM weights;"
      "SELECT edge.publish('shares', source => 'shares', key => 'id', sort => 'id')");
  follow();
  const auto shares = whole("shares");
  const auto writer = transfers();
  for (int turn = 0; turn < 2; ++turn) {
    EXPECT_TRUE(shows(*shares, "shares"));
    const auto last = shares->fold();
    ASSERT_NO_THROW(database().sql("UPDATE weights SET weight = 0 WHERE id = 3"));
    EXPECT_TRUE(is("broken", "shares"));
    EXPECT_TRUE(edge().process().logs("resource_broken", static_cast<std::size_t>(turn) + 1));
    EXPECT_EQ(edge().get("/v1/resources/shares").json().size(), 5U) << "what was read last is kept";
    EXPECT_TRUE(eventually([&] {
      return std::stoi(edge().get("/v1/resources/shares").field("edge-staleness-ms")) > 0;
    })) << "and said to be old";
    const auto updates = balances().frames("update");
    ASSERT_TRUE(writer->goes_on());
    EXPECT_TRUE(eventually([&] { return balances().frames("update") > updates; })) << "the others go on";
    EXPECT_EQ(edge().get("/v1/resources/balances").field("edge-staleness-ms"), "0");
    EXPECT_EQ(trouble("balances"), "");
    database().sql("UPDATE weights SET weight = 7 WHERE id = 2");  // cannot be shown yet
    EXPECT_EQ(shares->fold(), last);

    database().sql("UPDATE weights SET weight = " + std::to_string(turn + 8) + " WHERE id = 3");
    EXPECT_TRUE(is("", "shares")) << "it comes back by itself";
    EXPECT_TRUE(edge().process().logs("resource_mended", static_cast<std::size_t>(turn) + 1));
    database().sql("UPDATE weights SET weight = 2 WHERE id = 2");
  }
  EXPECT_TRUE(stopped_unrefused(*writer));
  EXPECT_TRUE(shows(*shares, "shares"));
  EXPECT_TRUE(told_truly(*shares));
  expect_true_to_the_end(adds_up);
}

TEST_F(Catalog, AValueOfAnEnumRenamed) {
  database().sql(
      "CREATE TYPE mood AS ENUM ('sad', 'happy');"
      "CREATE TABLE moods (id int PRIMARY KEY, mood mood NOT NULL);"
      "INSERT INTO moods SELECT n, 'sad' FROM generate_series(1, 5) n;"
      "CREATE VIEW faces AS SELECT id, mood FROM moods;"
      "SELECT edge.publish('faces', source => 'faces', key => 'id', sort => 'id')");
  follow();
  const auto faces = whole("faces");
  const auto writer = transfers();
  ASSERT_TRUE(writer->goes_on());
  database().sql("ALTER TYPE mood RENAME VALUE 'sad' TO 'melancholic'");
  EXPECT_TRUE(shows_in_time(*faces, "faces"));
  database().sql("UPDATE moods SET mood = 'happy' WHERE id = 1");
  EXPECT_TRUE(shows(*faces, "faces"));
  database().sql("SELECT edge.renew()");
  EXPECT_TRUE(is("", "faces"));
  database().sql("ALTER TYPE mood ADD VALUE 'angry'");
  database().sql("UPDATE moods SET mood = 'angry' WHERE id = 2");
  EXPECT_TRUE(shows(*faces, "faces"));
  EXPECT_TRUE(told_truly(*faces));
  EXPECT_TRUE(stopped_unrefused(*writer));
  expect_exact();
}

}  // namespace
}  // namespace suite::test
