// An edge killed and started again: its readers come back with their ids and are told the truth.
#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

class EdgeRestart : public EdgeTest {};

TEST_F(EdgeRestart, AReaderComesBackWithItsIdAndConverges) {
  add_post("one");
  const auto gone = add_post("two");
  start_edge();
  auto reader = stream("/v1/resources/posts");
  write("UPDATE posts SET title = 'changed'");
  ASSERT_EQ(reader->next_change().keys().size(), 2U);
  const auto id = reader->last_id();

  edge().restart();
  EXPECT_TRUE(reader->ended());
  const auto token = write("DELETE FROM posts WHERE id = " + gone);
  auto back = edge().stream("/v1/resources/posts?after=" + token, {{"Last-Event-ID", id}});
  EXPECT_EQ(back->next().event, "init") << "the history went with the process, and the reader is told so";
  EXPECT_TRUE(shows(*back, "published_posts"));
  EXPECT_TRUE(nothing_more(*back));
}

TEST_F(EdgeRestart, KilledAgainAndAgainWhileWritten) {
  start_edge();
  for (int turn = 0; turn < 3; ++turn) {
    auto reader = stream("/v1/resources/posts");
    const auto key = add_post("turn " + std::to_string(turn));
    ASSERT_EQ(reader->next_change().keys(), Keys{key});
    edge().restart();
    EXPECT_TRUE(reader->ended());
  }
  auto reader = stream("/v1/resources/posts");
  EXPECT_TRUE(shows(*reader, "published_posts"));
  EXPECT_EQ(database().sql("SELECT count(*) FROM posts"), "3");
}

}  // namespace
}  // namespace suite::test
