// Windows: limits, filters, and single entries, while the entries move in and out of them.
#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

class EdgeWindows : public EdgeTest {
 protected:
  EdgeWindows() {
    for (const auto* title : {"one", "two", "three", "four"}) posts_.push_back(add_post(title));
    start_edge();
  }
  void set_tags(const std::string& post, const std::string& tags) {
    write("DELETE FROM post_tags WHERE post_id = " + post + "; INSERT INTO post_tags SELECT " + post +
          ", id FROM tags WHERE name = ANY('" + tags + "')");
  }
  std::vector<std::string> posts_;
};

TEST_F(EdgeWindows, AnEntryEntersWhenAnotherLeaves) {
  auto reader = edge().stream("/v1/resources/posts?limit=2");
  ASSERT_EQ(reader->next().keys(), (Keys{posts_[3], posts_[2]}));
  write("DELETE FROM posts WHERE id = " + posts_[3]);
  const auto left = reader->next_change();
  EXPECT_EQ(left.removed(), Keys{posts_[3]});
  EXPECT_EQ(left.keys(), (Keys{posts_[1], posts_[3]}));

  const auto fifth = add_post("five");
  const auto entered = reader->next_change();
  EXPECT_EQ(entered.keys(), (Keys{fifth, posts_[1]}));
  EXPECT_EQ(entered.removed(), Keys{posts_[1]});
  EXPECT_TRUE(shows(*reader, "published_posts", "ORDER BY published_at DESC, id DESC LIMIT 2"));
}

TEST_F(EdgeWindows, AChangeBehindALimitIsNoEvent) {
  auto reader = stream("/v1/resources/posts?limit=2");
  write("UPDATE posts SET title = 'unseen' WHERE id = " + posts_[0] + "; DELETE FROM posts WHERE id = " + posts_[1]);
  EXPECT_TRUE(nothing_more(*reader));
}

TEST_F(EdgeWindows, LimitZeroIsEmpty) {
  auto reader = edge().stream("/v1/resources/posts?limit=0");
  EXPECT_EQ(reader->next().data, "[]");
  EXPECT_EQ(edge().get("/v1/resources/posts?limit=0").body, "[]");
}

TEST_F(EdgeWindows, TheDefaultLimitIsTheDeclarations) {
  write(
      "INSERT INTO posts (author_id, title, content, status) SELECT 1, 'post', 'text', 'published'"
      " FROM generate_series(1, 30)");
  auto reader = edge().stream("/v1/resources/posts");
  EXPECT_TRUE(shows(*reader, "published_posts", "ORDER BY published_at DESC, id DESC LIMIT 25"));
}

TEST_F(EdgeWindows, AFilterFollowsItsColumn) {
  auto reader = stream("/v1/resources/posts?author_id=2");
  EXPECT_TRUE(reader->fold().empty());
  write("UPDATE posts SET author_id = 2 WHERE id = " + posts_[0]);
  EXPECT_EQ(reader->next_change().keys(), Keys{posts_[0]});
  write("UPDATE posts SET author_id = 3 WHERE id = " + posts_[0]);
  EXPECT_EQ(reader->next_change().removed(), Keys{posts_[0]});
  add_post("of another", "published", 1);
  const auto own = add_post("own", "published", 2);
  EXPECT_EQ(reader->next_change().keys(), Keys{own});
  EXPECT_TRUE(shows(*reader, "published_posts", "WHERE author_id = 2"));
}

TEST_F(EdgeWindows, RepeatedTagsAreAllContained) {
  auto one = stream("/v1/resources/posts?tags=art");
  auto both = stream("/v1/resources/posts?tags=art&tags=bread");
  set_tags(posts_[0], "{art}");
  EXPECT_EQ(one->next_change().keys(), Keys{posts_[0]});
  set_tags(posts_[0], "{art,bread,code}");
  EXPECT_EQ(both->next_change().keys(), Keys{posts_[0]});
  set_tags(posts_[1], "{bread}");
  set_tags(posts_[0], "{bread}");
  EXPECT_EQ(both->next_change().removed(), Keys{posts_[0]});
  EXPECT_TRUE(shows(*one, "published_posts", "WHERE tags @> '{art}'"));
  EXPECT_TRUE(shows(*both, "published_posts", "WHERE tags @> '{art,bread}'"));
}

TEST_F(EdgeWindows, FiltersAndLimitTogether) {
  for (int i = 0; i < 3; ++i) set_tags(posts_[static_cast<std::size_t>(i)], "{art}");
  const auto token = write("UPDATE posts SET author_id = 2 WHERE id <> " + posts_[1]);
  const std::string query = "WHERE author_id = 2 AND tags @> '{art}' ORDER BY published_at DESC, id DESC LIMIT 2";
  auto reader = edge().stream("/v1/resources/posts?limit=2&tags=art&author_id=2&after=" + token);
  ASSERT_EQ(reader->next().keys(), (Keys{posts_[2], posts_[0]}));
  write("UPDATE posts SET author_id = 2 WHERE id = " + posts_[1]);
  EXPECT_EQ(reader->next_change().keys(), (Keys{posts_[1], posts_[0]}));
  set_tags(posts_[2], "{}");
  EXPECT_EQ(reader->next_change().removed(), Keys{posts_[2]});
  EXPECT_TRUE(shows(*reader, "published_posts", query));
}

TEST_F(EdgeWindows, ASingleEntryAsJson) {
  const auto reply = edge().get("/v1/resources/posts/" + posts_[0]);
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.json(), database().view("published_posts")[posts_[0]]);
  for (const auto* key : {"99999", "abc", "1.5", "%22", "9007199254740993"}) {
    const auto absent = edge().get(std::string("/v1/resources/posts/") + key);
    EXPECT_EQ(absent.status, 404U) << key;
    EXPECT_EQ(absent.error(), "unknown_entry") << key;
  }
}

TEST_F(EdgeWindows, ASingleEntryLeavesAndComesBack) {
  auto reader = edge().stream("/v1/resources/posts/" + posts_[0]);
  ASSERT_EQ(reader->next().keys(), Keys{posts_[0]});
  write("UPDATE posts SET title = 'another' WHERE id = " + posts_[1]);
  write("UPDATE posts SET status = 'draft' WHERE id = " + posts_[0]);
  EXPECT_EQ(reader->next_change().data, "[[" + posts_[0] + ",[]]]");
  EXPECT_EQ(edge().get("/v1/resources/posts/" + posts_[0]).status, 404U);
  write("UPDATE posts SET status = 'published' WHERE id = " + posts_[0]);
  EXPECT_EQ(reader->next_change().keys(), Keys{posts_[0]});
  EXPECT_TRUE(shows(*reader, "published_posts", "WHERE id = " + posts_[0]));
}

TEST_F(EdgeWindows, AStreamOfAnEntryThatIsYetToCome) {
  const auto next = std::to_string(std::stoi(posts_[3]) + 1);
  auto reader = edge().stream("/v1/streams/posts?tags=art&limit=5");
  auto single = edge().stream("/v1/resources/posts/" + next);
  EXPECT_EQ(reader->next().data, "[]");
  EXPECT_EQ(single->next().data, "[]");
  ASSERT_EQ(add_post("art", "published", 1, "{art}"), next);
  EXPECT_EQ(reader->next_change().keys(), Keys{next});
  EXPECT_EQ(single->next_change().keys(), Keys{next});
}

}  // namespace
}  // namespace suite::test
