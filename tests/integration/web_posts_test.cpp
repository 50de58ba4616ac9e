// Writing posts.
#include <thread>

#include "tests/support/web_test.hpp"

namespace suite::test {
namespace {

using nlohmann::json;

class WebPostsTest : public WebTest {
 protected:
  void SetUp() override {
    WebTest::SetUp();
    alice = login("alice");
  }

  std::string view(const json& id) const {
    return sql("SET TimeZone = 'UTC'; SELECT to_json(p) FROM all_posts p WHERE id = " + id.dump());
  }
  static std::string path(const json& post) { return "/posts/" + post["id"].dump(); }

  std::string alice;
};

TEST_F(WebPostsTest, ANewPostIsAnsweredAsTheEdgesWillServeIt) {
  const auto reply =
      send("POST", "/posts",
           {{"title", "Tea"}, {"content", "*Green*"}, {"status", "published"}, {"tags", {"tea", "city"}}}, alice);
  ASSERT_EQ(reply.status, 201U) << reply.body;
  const auto post = reply.json();
  EXPECT_EQ(reply.body, view(post["id"]));  // to the byte
  EXPECT_EQ(post["title"], "Tea");
  EXPECT_EQ(post["status"], "published");
  EXPECT_EQ(post["tags"], (json{"city", "tea"}));
  EXPECT_EQ(post["author"], (json{{"id", 1}, {"name", "alice"}}));
  EXPECT_TRUE(post["published_at"].is_string());
  EXPECT_EQ(reply.field("Location"), "posts/" + post["id"].dump());
  EXPECT_EQ(reply.field("Edge-Token"), sql("SELECT xmin FROM posts WHERE id = " + post["id"].dump()));
  EXPECT_EQ(reply.field("Cache-Control"), "no-store");
}

TEST_F(WebPostsTest, ANewPostIsADraftWithoutTagsUnlessItSaysOtherwise) {
  const auto post = create_post(alice);
  EXPECT_EQ(post["status"], "draft");
  EXPECT_EQ(post["tags"], json::array());
  EXPECT_EQ(post["published_at"], nullptr);
}

TEST_F(WebPostsTest, APostIsReplaced) {
  const auto post = create_post(alice, {{"tags", {"tea", "city"}}});
  const auto reply = send("PUT", path(post), {{"title", "New"}, {"content", ""}, {"status", "published"}}, alice);
  ASSERT_EQ(reply.status, 200U) << reply.body;
  EXPECT_EQ(reply.body, view(post["id"]));
  EXPECT_EQ(reply.json()["title"], "New");
  EXPECT_EQ(reply.json()["content"], "");
  EXPECT_EQ(reply.json()["tags"], (json{"city", "tea"}));  // absent: they stay
  EXPECT_EQ(reply.field("Edge-Token"), sql("SELECT xmin FROM posts WHERE id = " + post["id"].dump()));

  const auto put = [&](const json& tags) {
    return send("PUT", path(post), {{"title", "New"}, {"content", ""}, {"status", "published"}, {"tags", tags}}, alice)
        .json()["tags"];
  };
  EXPECT_EQ(put({"bread", "city"}), (json{"bread", "city"}));
  EXPECT_EQ(put(json::array()), json::array());
}

TEST_F(WebPostsTest, WhatWasReadMayBeSentBack) {
  auto post = create_post(alice, {{"tags", {"tea"}}});
  post["title"] = "Changed";
  const auto reply = send("PUT", path(post), post, alice);
  ASSERT_EQ(reply.status, 200U) << reply.body;
  EXPECT_EQ(reply.json()["title"], "Changed");
  EXPECT_EQ(reply.json()["created_at"], post["created_at"]);
}

TEST_F(WebPostsTest, ADeletedPostIsAnsweredALastTime) {
  const auto post = create_post(alice, {{"tags", {"tea"}}});
  const auto reply = ask({"DELETE", path(post), {bearer(alice)}, {}});
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.json(), post);
  EXPECT_FALSE(reply.field("Edge-Token").empty());
  EXPECT_EQ(view(post["id"]), "");
  EXPECT_EQ(ask({"DELETE", path(post), {bearer(alice)}, {}}).status, 404U);
}

TEST_F(WebPostsTest, OnlyTheAuthorChangesOrDeletes) {
  const auto post = create_post(alice, {{"status", "published"}});
  const auto before = view(post["id"]);
  const auto bob = login("bob");
  const auto put = send("PUT", path(post), {{"title", "x"}, {"content", "x"}, {"status", "draft"}}, bob);
  EXPECT_EQ(put.status, 403U);
  EXPECT_EQ(put.error(), "forbidden");
  EXPECT_EQ(put.field("Edge-Token"), "");
  EXPECT_EQ(ask({"DELETE", path(post), {bearer(bob)}, {}}).status, 403U);
  EXPECT_EQ(view(post["id"]), before);
}

TEST_F(WebPostsTest, APostThatIsNotThereIsNotFound) {
  const json post{{"title", "x"}, {"content", "x"}, {"status", "draft"}};
  for (const auto* id : {"999999", "0", "-1", "abc", "9223372036854775807", "99999999999999999999", "1%20"}) {
    const auto target = std::string("/posts/") + id;
    EXPECT_EQ(send("PUT", target, post, alice).status, 404U) << id;
    EXPECT_EQ(ask({"DELETE", target, {bearer(alice)}, {}}).error(), "not_found") << id;
  }
}

TEST_F(WebPostsTest, WhatDoesNotFitIsNamed) {
  const auto mine = create_post(alice);
  const json post{{"title", "x"}, {"content", "x"}, {"status", "draft"}, {"tags", {"tea"}}};
  const auto blamed = [&](const char* field, const json& value) {
    auto changed = post;
    changed[field] = value;
    for (const auto& reply : {send("POST", "/posts", changed, alice), send("PUT", path(mine), changed, alice)}) {
      EXPECT_EQ(reply.status, 422U) << reply.body;
      EXPECT_EQ(reply.error(), "invalid");
      EXPECT_EQ(reply.json()["field"], field);
      EXPECT_FALSE(reply.json()["message"].get<std::string>().empty());
    }
  };
  for (const auto& title : {json(""), json("  "), json(std::string(201, 'x')), json(7), json(nullptr), json("a\nb"),
                            json(std::string("a\0b", 3))}) {
    blamed("title", title);
  }
  for (const auto& content : {json(std::string(100'001, 'x')), json(7), json(nullptr), json(std::string("a\0b", 3))})
    blamed("content", content);
  for (const auto& status : {json("hidden"), json(""), json("Draft"), json(1), json(nullptr)}) blamed("status", status);
  for (const auto& tags : {json("tea"), json(nullptr), json{1}, json{""}, json{" tea"}, json{std::string(51, 'x')},
                           json{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}}) {
    blamed("tags", tags);
  }
  blamed("titel", "x");
  EXPECT_EQ(send("PUT", path(mine), {{"title", "x"}, {"content", "x"}}, alice).json()["field"], "status");
  EXPECT_EQ(send("POST", "/posts", {{"content", "x"}}, alice).json()["field"], "title");
}

TEST_F(WebPostsTest, OurLimitsAreTheSchemas) {
  std::string title;
  for (int i = 0; i < 200; ++i) title += "é";
  std::string content;
  for (int i = 0; i < 100'000; ++i) content += "語";
  json tags = json::array();
  for (int i = 0; i < 10; ++i) tags.push_back(std::string(48, 't') + std::to_string(10 + i));
  const auto post = create_post(alice, {{"title", title}, {"content", content}, {"tags", tags}});
  EXPECT_EQ(post["title"], title);
  EXPECT_EQ(post["content"], content);
  EXPECT_EQ(post["tags"], tags);
}

TEST_F(WebPostsTest, TextComesBackAsItWasSent) {
  const std::string content = "quotes \" ' \\ {}, tabs\t, lines\r\n, \u2028, 😀, <script>, $1, %s, \x01";
  const auto post = create_post(
      alice, {{"title", "'; DROP TABLE posts; --"}, {"content", content}, {"tags", {"a,b", "{c}", "\"d\""}}});
  EXPECT_EQ(post["title"], "'; DROP TABLE posts; --");
  EXPECT_EQ(post["content"], content);
  EXPECT_EQ(post["tags"], (json{"\"d\"", "a,b", "{c}"}));
}

TEST_F(WebPostsTest, WritersOfTheSameTagsDoNotFail) {
  std::atomic<int> failed = 0;
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&, i] {
      for (int n = 0; n < 10; ++n) {
        json tags{"x" + std::to_string(n), "y" + std::to_string(n), "z" + std::to_string(n)};
        if (i % 2) std::reverse(tags.begin(), tags.end());
        if (send("POST", "/posts", {{"title", "t"}, {"content", "c"}, {"tags", tags}}, alice).status != 201U) ++failed;
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace suite::test
