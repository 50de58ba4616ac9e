// Every kind of write, seen through the real service: what reaches a stream is what the view shows, in one update.
#include <algorithm>

#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

class EdgeChanges : public EdgeTest {
 protected:
  EdgeChanges() {
    first_ = add_post("first", "published", 1, "{art}");
    second_ = add_post("second", "published", 2, "{art,bread}");
    draft_ = add_post("secret draft", "draft", 1);
    start_edge();
    reader_ = stream("/v1/resources/posts?limit=1000");
  }

  // The one update that the statements make.
  SseFrame update_by(const std::string& statements) {
    write(statements);
    auto frame = reader_->next_change();
    EXPECT_EQ(frame.event, "update");
    return frame;
  }
  void expect_exact() {
    EXPECT_TRUE(shows(*reader_, "published_posts"));
    EXPECT_TRUE(nothing_more(*reader_));
  }

  std::string first_, second_, draft_;
  std::unique_ptr<SseClient> reader_;
};

TEST_F(EdgeChanges, BeginWithTheContentsInTheResourcesOrder) {
  auto reader = edge().stream("/v1/resources/posts");
  EXPECT_EQ(reader->next().keys(), (Keys{second_, first_}));
  EXPECT_TRUE(shows(*reader, "published_posts"));
  EXPECT_NE(reader->head().find("Content-Type: text/event-stream\r\n"), std::string::npos) << reader->head();
  EXPECT_NE(reader->bytes().find("\r\n\r\nretry: 1000\n\nevent: init\nid: "), std::string::npos) << reader->bytes();
}

TEST_F(EdgeChanges, Insert) {
  const auto key = add_post("third", "published", 3, "{code}");
  EXPECT_EQ(reader_->next_change().keys(), Keys{key});
  EXPECT_EQ(reader_->fold()[key]["tags"], nlohmann::json({"code"}));
  expect_exact();
}

TEST_F(EdgeChanges, Update) {
  EXPECT_EQ(update_by("UPDATE posts SET title = 'new title' WHERE id = " + first_).keys(), Keys{first_});
  EXPECT_EQ(reader_->fold()[first_]["title"], "new title");
  expect_exact();
}

TEST_F(EdgeChanges, Delete) {
  EXPECT_EQ(update_by("DELETE FROM posts WHERE id = " + first_).removed(), Keys{first_});
  expect_exact();
}

TEST_F(EdgeChanges, AStatusFlipsBothWays) {
  EXPECT_EQ(update_by("UPDATE posts SET status = 'published' WHERE id = " + draft_).keys(), Keys{draft_});
  const auto gone = update_by("UPDATE posts SET status = 'draft', content = 'never shown' WHERE id = " + draft_);
  EXPECT_EQ(gone.data, "[[" + draft_ + ",[]]]");
  EXPECT_EQ(reader_->bytes().find("never shown"), std::string::npos);
  expect_exact();
}

TEST_F(EdgeChanges, ATagGivenTakenAndRenamed) {
  EXPECT_EQ(update_by("INSERT INTO post_tags SELECT " + first_ + ", id FROM tags WHERE name = 'code'").keys(),
            Keys{first_});
  EXPECT_EQ(reader_->fold()[first_]["tags"], nlohmann::json({"art", "code"}));
  EXPECT_EQ(update_by("DELETE FROM post_tags WHERE post_id = " + first_).keys(), Keys{first_});
  EXPECT_EQ(update_by("UPDATE tags SET name = 'cake' WHERE name = 'bread'").keys(), Keys{second_});
  EXPECT_EQ(reader_->fold()[second_]["tags"], nlohmann::json({"art", "cake"}));
  expect_exact();
}

TEST_F(EdgeChanges, ARenamedAuthorRefreshesAllTheirPostsAtOnce) {
  const auto third = add_post("third", "published", 1);
  ASSERT_EQ(reader_->next_change().keys(), Keys{third});
  auto keys = update_by("UPDATE users SET username = 'anna' WHERE id = 1").keys();
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(keys, (Keys{first_, third}));
  EXPECT_EQ(reader_->fold()[third]["author"]["name"], "anna");
  expect_exact();
}

TEST_F(EdgeChanges, ATransactionIsOneUpdate) {
  const auto frame =
      update_by("UPDATE posts SET title = 'a' WHERE id = " + first_ +
                "; UPDATE posts SET title = 'b' WHERE id = " + first_ + "; DELETE FROM posts WHERE id = " + second_);
  EXPECT_EQ(frame.removed(), Keys{second_});
  EXPECT_EQ(frame.keys().size(), 2U);
  expect_exact();
}

TEST_F(EdgeChanges, AThousandRowsAreOneUpdatePerWindow) {
  auto newest = stream("/v1/resources/posts?limit=10");
  auto of_author = stream("/v1/resources/posts?author_id=3&limit=1000");
  const auto frame = update_by(
      "INSERT INTO posts (author_id, title, content, status)"
      " SELECT 2 + n % 2, 'post ' || n, repeat('text ', 50), 'published' FROM generate_series(1, 1000) n");
  EXPECT_EQ(frame.keys().size(), 1002U);  // with the two that leave the window
  EXPECT_EQ(frame.removed(), (Keys{second_, first_}));
  EXPECT_EQ(newest->next_change().keys().size(), 12U);
  EXPECT_EQ(of_author->next_change().keys().size(), 500U);
  EXPECT_TRUE(shows(*reader_, "published_posts", "ORDER BY published_at DESC, id DESC LIMIT 1000"));
  EXPECT_TRUE(shows(*newest, "published_posts", "ORDER BY published_at DESC, id DESC LIMIT 10"));
  EXPECT_TRUE(shows(*of_author, "published_posts", "WHERE author_id = 3"));
}

TEST_F(EdgeChanges, Truncate) {
  auto keys = update_by("TRUNCATE posts CASCADE").removed();
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(keys, (Keys{first_, second_}));
  EXPECT_TRUE(reader_->fold().empty());
  expect_exact();
}

TEST_F(EdgeChanges, ARollbackIsNoEvent) {
  Sql session(database().url("blog_owner"));
  session("BEGIN; UPDATE posts SET title = 'undone'; TRUNCATE post_tags; ROLLBACK");
  session("BEGIN; SAVEPOINT before; UPDATE posts SET title = 'undone'; ROLLBACK TO before; COMMIT");
  expect_exact();
}

TEST_F(EdgeChanges, AWriteThatChangesNoValueIsNoEvent) {
  write(
      "UPDATE posts SET title = title; UPDATE users SET email = 'other@mail.example' WHERE id = 1;"
      "UPDATE posts SET content = 'still a draft' WHERE id = " +
      draft_);
  expect_exact();
}

TEST_F(EdgeChanges, PlainPsqlIsAWriterLikeAnyOther) {
  database().psql("UPDATE posts SET title = 'by psql' WHERE id = " + second_);
  EXPECT_EQ(reader_->next_change().keys(), Keys{second_});
  EXPECT_EQ(reader_->fold()[second_]["title"], "by psql");
  expect_exact();
}

}  // namespace
}  // namespace suite::test
