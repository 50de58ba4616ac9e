// A reader that comes back gets exactly what it missed, or is told to begin anew; and a heartbeat tells it all is well.
#include <algorithm>

#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

class EdgeResume : public EdgeTest {
 protected:
  EdgeResume() {
    for (const auto* title : {"one", "two", "three", "four"}) posts_.push_back(add_post(title));
    start_edge({{"EDGE_HEARTBEAT_S", "1"}});
  }
  // Reads the window's contents and leaves; the place it had reached.
  std::string leave(const std::string& target, SseClient::Entries* contents = nullptr) {
    auto reader = stream(target);
    if (contents) *contents = reader->fold();
    return reader->last_id();
  }
  void miss_something() {
    write("UPDATE posts SET title = 'meanwhile' WHERE id = " + posts_[1]);
    write("DELETE FROM posts WHERE id = " + posts_[2]);
    fifth_ = add_post("five");
    passing_ = add_post("six");
    last_token_ = write("DELETE FROM posts WHERE id = " + passing_);
  }
  std::string after() const { return "&after=" + last_token_; }

  std::vector<std::string> posts_;
  std::string fifth_, passing_, last_token_;
};

TEST_F(EdgeResume, TheExactDifferenceAsOneUpdate) {
  const auto id = leave("/v1/resources/posts?limit=100");
  miss_something();
  for (const bool in_header : {true, false}) {
    auto reader = in_header ? edge().stream("/v1/resources/posts?limit=100" + after(), {{"Last-Event-ID", id}})
                            : edge().stream("/v1/resources/posts?limit=100&last_event_id=" + id + after());
    const auto frame = reader->next();
    ASSERT_EQ(frame.event, "update") << reader->bytes();
    auto keys = frame.keys();
    std::sort(keys.begin(), keys.end());
    EXPECT_EQ(keys, (Keys{posts_[1], posts_[2], fifth_})) << "the post that came and went is no difference";
    EXPECT_EQ(frame.removed(), Keys{posts_[2]});
    EXPECT_NE(frame.id, id);
    EXPECT_TRUE(nothing_more(*reader));
    write("DELETE FROM posts WHERE title = 'mark'");
    ASSERT_EQ(reader->next_change().removed().size(), 1U);
  }
}

TEST_F(EdgeResume, OfALimitedWindow) {
  const std::string target = "/v1/resources/posts?limit=2";
  SseClient::Entries held;
  const auto id = leave(target, &held);
  miss_something();
  auto reader = edge().stream(target + after(), {{"Last-Event-ID", id}});
  const auto frame = reader->next();
  ASSERT_EQ(frame.event, "update");
  for (const auto& pair : frame.json()) {
    if (pair[1].empty()) {
      EXPECT_EQ(held.erase(pair[0].dump()), 1U) << "only what the reader holds can leave";
    } else {
      held[pair[0].dump()] = pair[1][0];
    }
  }
  EXPECT_EQ(held, database().view("published_posts", "ORDER BY published_at DESC, id DESC LIMIT 2"));
}

TEST_F(EdgeResume, NothingMissedIsAHeartbeat) {
  const auto id = leave("/v1/resources/posts");
  auto reader = edge().stream("/v1/resources/posts", {{"Last-Event-ID", id}});
  const auto frame = reader->next();
  EXPECT_EQ(frame.event, "heartbeat");
  EXPECT_EQ(frame.id, id);
  EXPECT_TRUE(nothing_more(*reader));
}

TEST_F(EdgeResume, AnIdOfNoUseLeadsToInit) {
  const auto id = leave("/v1/resources/posts");
  const auto other = leave("/v1/resources/posts?limit=3");
  const auto single = leave("/v1/resources/posts/" + posts_[0]);
  auto of_another_run = id;
  of_another_run[0] = of_another_run[0] == 'a' ? 'b' : 'a';
  for (const auto& useless : {other, single, of_another_run, std::string("garbage"), std::string("0.0.0"), id + "0",
                              std::string("'; DROP TABLE posts; --"), std::string(5000, 'f')}) {
    auto reader = edge().stream("/v1/resources/posts", {{"Last-Event-ID", useless}});
    EXPECT_EQ(reader->next().event, "init") << useless;
    EXPECT_TRUE(shows(*reader, "published_posts"));
  }
}

TEST_F(EdgeResume, AnotherOwnersIdLeadsToInit) {
  add_post("draft of ann", "draft", 1);
  const Fields ann{{"Authorization", "Bearer " + token_of(1)}};
  // The id is taken once the draft is in the window: what is on its way would be missed, and told.
  ASSERT_TRUE(eventually([&] { return edge().get("/v1/resources/my_posts", ann).json().size() == posts_.size() + 1; }));
  auto reader = stream("/v1/resources/my_posts", ann);
  const auto id = reader->last_id();
  auto back = edge().stream("/v1/resources/my_posts", {ann[0], {"Last-Event-ID", id}});
  EXPECT_EQ(back->next().event, "heartbeat");
  auto other =
      edge().stream("/v1/resources/my_posts", {{"Authorization", "Bearer " + token_of(2)}, {"Last-Event-ID", id}});
  const auto frame = other->next();
  EXPECT_EQ(frame.event, "init");
  EXPECT_EQ(frame.data, "[]");
}

TEST_F(EdgeResume, HeartbeatsTellHowFreshTheNodeIs) {
  auto reader = stream("/v1/resources/posts");
  const auto id = reader->last_id();
  const auto first = reader->next();
  ASSERT_EQ(first.event, "heartbeat");
  EXPECT_EQ(first.id, id);
  EXPECT_EQ(first.json()["staleness_ms"], 0);
  const auto second = reader->next();
  ASSERT_EQ(second.event, "heartbeat");
  EXPECT_GT(second.json()["fresh_as_of"].get<std::string>(), first.json()["fresh_as_of"].get<std::string>());

  // The id moves on with what happens elsewhere, so that coming back with it costs nothing.
  auto single = stream("/v1/resources/posts/" + posts_[0]);
  write("UPDATE posts SET title = 'another' WHERE id = " + posts_[1]);
  const auto before = single->last_id();
  EXPECT_TRUE(eventually([&] { return single->last_id() != before; }));
  EXPECT_EQ(single->frames("update"), 0U);
}

}  // namespace
}  // namespace suite::test
