// What happens when the database is not as it should be.
#include <csignal>
#include <thread>

#include "tests/support/web_test.hpp"

namespace suite::test {
namespace {

using nlohmann::json;

class WebDatabaseTest : public WebTest {
 protected:
  void SetUp() override {
    WebTest::SetUp();
    alice = login("alice");
  }

  Reply write() const { return send("POST", "/posts", {{"title", "t"}, {"content", "c"}}, alice); }
  Reply read() const { return get("/session", {bearer(alice)}); }

  // Ends, or stops, every backend of the service's role.
  std::string terminate() const {
    return sql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'blog_web' AND datname = "
        "current_database()");
  }
  // A trigger that does something on every insert of a post.
  void on_insert(const std::string& body, const std::string& timing = "AFTER INSERT") const {
    sql("CREATE SEQUENCE attempts; GRANT USAGE ON SEQUENCE attempts TO blog_web;"
        "CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN " +
        body +
        " RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER trouble " +
        timing + " FOR EACH ROW EXECUTE FUNCTION trouble()");
  }

  std::string alice;
};

constexpr const char* kAtOnce = "AFTER INSERT ON posts";
constexpr const char* kAtCommit = "AFTER INSERT ON posts DEFERRABLE INITIALLY DEFERRED";

TEST_F(WebDatabaseTest, ABrokenConnectionIsReplacedWithoutAWord) {
  EXPECT_NE(terminate(), "0");
  EXPECT_EQ(read().status, 200U);
  terminate();
  EXPECT_EQ(write().status, 201U);
}

TEST_F(WebDatabaseTest, AChangeWhoseConnectionBreaksBeforeItsCommitIsMadeOnce) {
  on_insert("IF nextval('attempts') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;", kAtOnce);
  EXPECT_EQ(write().status, 201U);
  EXPECT_EQ(sql("SELECT count(*) FROM posts WHERE title = 't'"), "1");
  EXPECT_TRUE(service().logs("database_lost"));
}

TEST_F(WebDatabaseTest, ABreakDuringTheCommitLeavesTheOutcomeUnknownAndIsNotTriedAgain) {
  on_insert("PERFORM nextval('attempts'); PERFORM pg_terminate_backend(pg_backend_pid());", kAtCommit);
  const auto reply = write();
  EXPECT_EQ(reply.status, 503U);
  EXPECT_EQ(reply.error(), "outcome_unknown");
  EXPECT_EQ(reply.field("Retry-After"), "");
  EXPECT_EQ(sql("SELECT last_value FROM attempts"), "1");
  EXPECT_EQ(read().status, 200U);
}

TEST_F(WebDatabaseTest, ASerializationFailureIsTriedAgain) {
  on_insert("IF nextval('attempts') < 3 THEN RAISE serialization_failure; END IF;", kAtOnce);
  EXPECT_EQ(write().status, 201U);
  EXPECT_EQ(sql("SELECT last_value FROM attempts"), "3");
}

TEST_F(WebDatabaseTest, ButNotForEver) {
  on_insert("PERFORM nextval('attempts'); RAISE deadlock_detected;", kAtOnce);
  const auto reply = write();
  EXPECT_EQ(reply.status, 503U);
  EXPECT_EQ(reply.error(), "busy");
  EXPECT_EQ(sql("SELECT last_value FROM attempts"), "5");
}

TEST_F(WebDatabaseTest, ASerializationFailureAtTheCommitIsNoUnknownOutcome) {
  on_insert("IF nextval('attempts') < 3 THEN RAISE serialization_failure; END IF;", kAtCommit);
  EXPECT_EQ(write().status, 201U);
  EXPECT_EQ(sql("SELECT count(*) FROM posts WHERE title = 't'"), "1");
}

TEST_F(WebDatabaseTest, ABugIsLoggedAndTellsTheClientNothing) {
  on_insert("RAISE 'the trigger''s own words';", kAtOnce);
  const auto reply = write();
  EXPECT_EQ(reply.status, 500U);
  EXPECT_EQ(reply.error(), "internal");
  EXPECT_EQ(reply.body.find("own words"), std::string::npos);
  EXPECT_TRUE(service().logs("request_failed"));
  EXPECT_NE(service().output().find("own words"), std::string::npos);
  EXPECT_NE(get("/metrics").body.find("web_requests_total{method=\"POST\",route=\"/posts\",status=\"500\"} 1"),
            std::string::npos);
}

TEST_F(WebDatabaseTest, ARestartOfPostgresHealsByItself) {
  EXPECT_TRUE(eventually([&] { return get("/readyz").status == 200U; }));
  TestCluster::instance().stop("immediate");
  const auto while_down = write();
  EXPECT_EQ(while_down.status, 503U);
  EXPECT_EQ(while_down.error(), "database_unavailable");
  EXPECT_EQ(while_down.field("Retry-After"), "1");
  EXPECT_EQ(read().error(), "database_unavailable");
  EXPECT_TRUE(eventually([&] { return get("/readyz").status == 503U; }));
  EXPECT_EQ(get("/readyz").json()["database"], "unreachable");
  EXPECT_EQ(get("/healthz").status, 200U);

  TestCluster::instance().start();
  EXPECT_TRUE(eventually([&] { return write().status == 201U; }));
  EXPECT_TRUE(eventually([&] { return get("/readyz").status == 200U; }));
  EXPECT_TRUE(service().running());
}

TEST_F(WebDatabaseTest, ItStartsBeforeItsDatabaseDoes) {
  TestCluster::instance().stop("fast");
  restart();
  EXPECT_EQ(get("/healthz").status, 200U);
  EXPECT_EQ(get("/readyz").status, 503U);
  TestCluster::instance().start();
  EXPECT_TRUE(eventually([&] { return get("/readyz").status == 200U; }));
}

TEST_F(WebDatabaseTest, ALockThatIsNotGivenUpEndsInAnError) {
  const auto post = write().json();
  Sql holder(database().url("postgres"));
  holder("BEGIN");
  holder("SELECT FROM posts WHERE id = " + post["id"].dump() + " FOR UPDATE");
  const auto reply = ask({"DELETE", "/posts/" + post["id"].dump(), {bearer(alice)}, {}});
  EXPECT_EQ(reply.status, 503U);
  EXPECT_EQ(reply.error(), "database_slow");
  holder("ROLLBACK");
  EXPECT_EQ(ask({"DELETE", "/posts/" + post["id"].dump(), {bearer(alice)}, {}}).status, 200U);
}

TEST_F(WebDatabaseTest, TheLineForAConnectionIsBounded) {
  restart({{"WEB_DATABASE_POOL", "1"}});
  Sql holder(database().url("postgres"));
  holder("BEGIN");
  holder("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE");
  std::atomic<int> busy = 0;
  std::atomic<int> answered = 0;
  std::vector<std::thread> crowd;
  for (int i = 0; i < 24; ++i) {
    crowd.emplace_back([&] {
      const auto reply = write();
      if (reply.status == 503U && reply.error() == "busy" && reply.field("Retry-After") == "1") ++busy;
      ++answered;
    });
  }
  EXPECT_TRUE(eventually([&] { return busy >= 7; }));  // at once: one works, 16 wait, the rest is turned away
  EXPECT_EQ(get("/healthz").status, 200U);
  for (auto& one : crowd) one.join();
  EXPECT_EQ(answered, 24);
  holder("ROLLBACK");
  EXPECT_EQ(write().status, 201U);
}

// A stopped server acknowledges every byte and never answers: only our own deadline ends the wait.
TEST_F(WebDatabaseTest, ABackendThatIsStuckIsGivenUp) {
  restart({{"WEB_DATABASE_POOL", "1"}});
  ASSERT_EQ(read().status, 200U);
  const auto pid =
      std::stoi(sql("SELECT pid FROM pg_stat_activity WHERE usename = 'blog_web' AND datname = current_database()"));
  ASSERT_EQ(kill(pid, SIGSTOP), 0);
  const auto reply = read();
  kill(pid, SIGCONT);
  EXPECT_EQ(reply.status, 503U);
  EXPECT_TRUE(reply.error() == "database_slow" || reply.error() == "busy") << reply.body;
  EXPECT_TRUE(eventually([&] { return read().status == 200U; }));
}

}  // namespace
}  // namespace suite::test
