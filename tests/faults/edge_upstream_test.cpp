// What becomes of the streams when the database's side is cut, restarted or stuck: nothing is lost, nothing is doubled
// beyond a repeated value, and the node says what it cannot know.
#include <csignal>

#include "tests/support/edge_test.hpp"
#include "tests/support/writer.hpp"

namespace suite::test {
namespace {

class EdgeUpstream : public EdgeTest {
 protected:
  EdgeUpstream() {
    first_ = add_post("first");
    start_edge({{"EDGE_PROBE_MS", "300"}});
    whole_ = stream("/v1/resources/posts?limit=1000");
    newest_ = stream("/v1/resources/posts?limit=5");
  }
  std::unique_ptr<Writer> writes() {
    return std::make_unique<Writer>(database().url("blog_owner"), [](int) {
      return "INSERT INTO posts (author_id, title, content, status) VALUES (1, 'post', 'text', 'published');"
             "UPDATE posts SET title = title || '.' WHERE id = (SELECT min(id) FROM posts);"
             "DELETE FROM posts WHERE id = (SELECT min(id) FROM posts) AND (SELECT count(*) FROM posts) > 50";
    });
  }
  void expect_exact() {
    EXPECT_TRUE(shows(*whole_, "published_posts"));
    EXPECT_TRUE(shows(*newest_, "published_posts", "ORDER BY published_at DESC, id DESC LIMIT 5"));
    EXPECT_TRUE(eventually([&] {
      const auto ready = edge().readyz();
      return ready["upstream_connected"] == true && ready["stale"] == false;
    }));
    EXPECT_EQ(whole_->frames("init"), 1U) << "the reader never had to begin anew";
    EXPECT_TRUE(nothing_more(*fresh()));
    EXPECT_TRUE(edge().process().running());
  }
  std::unique_ptr<SseClient> fresh() { return stream("/v1/resources/posts"); }
  void cut() { database().admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'blog_edge'"); }

  std::string first_;
  std::unique_ptr<SseClient> whole_, newest_;
};

TEST_F(EdgeUpstream, TerminatedBackendsLoseNothing) {
  const auto writer = writes();
  for (std::size_t turn = 1; turn <= 4; ++turn) {
    const int before = writer->written();
    ASSERT_TRUE(eventually([&] { return writer->written() > before + 20; }));
    cut();
    ASSERT_TRUE(edge().process().logs("upstream_lost", turn)) << "nothing was cut";
    ASSERT_TRUE(edge().process().logs("upstream_connected", turn + 1));
  }
  writer->stop();
  EXPECT_GT(writer->written(), 80);
  expect_exact();
}

TEST_F(EdgeUpstream, TheListenerAloneTerminated) {
  database().admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%listen'");
  const auto key = add_post("written while nobody listens");
  EXPECT_EQ(whole_->next_change().keys(), Keys{key});
  ASSERT_TRUE(edge().process().logs("upstream_connected", 2));
  expect_exact();
}

TEST_F(EdgeUpstream, WrittenWhileTheEdgeIsKeptOut) {
  database().admin("ALTER ROLE blog_edge NOLOGIN");
  cut();
  ASSERT_TRUE(eventually([&] { return edge().readyz()["upstream_connected"] == false; }));
  ASSERT_TRUE(eventually([&] { return edge().readyz()["stale"] == true; }));
  database().sql("UPDATE posts SET title = 'in the dark'");
  const auto key = add_post("two in the dark");
  const auto reply = edge().get("/v1/resources/posts");
  EXPECT_EQ(reply.status, 200U) << "it keeps serving what it has";
  EXPECT_EQ(reply.json().size(), 1U);
  EXPECT_GT(std::stoi(reply.field("edge-staleness-ms")), 0) << "and says how old it may be";
  EXPECT_EQ(edge().get("/readyz").status, 200U);
  EXPECT_TRUE(eventually([&] { return whole_->frames("heartbeat") > 0; })) << "the streams are told at once";
  database().admin("ALTER ROLE blog_edge LOGIN");

  const auto frame = whole_->next_change();
  EXPECT_EQ(frame.keys(), (Keys{key, first_})) << "all that was missed, at once";
  expect_exact();
}

TEST_F(EdgeUpstream, PostgresqlRestarted) {
  for (const auto* mode : {"fast", "immediate"}) {
    const auto writer = writes();
    ASSERT_TRUE(eventually([&] { return writer->written() > 20; }));
    const auto connections = edge().process().count("upstream_connected");
    TestCluster::instance().stop(mode);
    ASSERT_TRUE(eventually([&] { return edge().readyz()["upstream_connected"] == false; }));
    EXPECT_EQ(edge().get("/v1/resources/posts").status, 200U);
    TestCluster::instance().start();
    const int before = writer->written();
    ASSERT_TRUE(edge().process().logs("upstream_connected", connections + 1));
    ASSERT_TRUE(eventually([&] { return writer->written() > before + 20; }));
    writer->stop();
    EXPECT_TRUE(shows(*whole_, "published_posts")) << "after a restart: " << mode;
  }
  expect_exact();
}

TEST_F(EdgeUpstream, AStuckListenerIsNoticedAndReplaced) {
  const auto pid = std::stoi(database().admin(
      "SELECT pid FROM pg_stat_activity WHERE usename = 'blog_edge' AND application_name LIKE '%listen'"));
  ASSERT_EQ(kill(pid, SIGSTOP), 0);
  EXPECT_TRUE(eventually([&] { return edge().readyz()["upstream_connected"] == false; }, std::chrono::seconds(5)));
  const auto key = add_post("written while the bell is stuck");
  EXPECT_EQ(whole_->next_change().keys(), Keys{key});
  EXPECT_TRUE(edge().process().logs("upstream_connected", 2)) << "healed without the stuck one";
  kill(pid, SIGCONT);
  expect_exact();
}

}  // namespace
}  // namespace suite::test
