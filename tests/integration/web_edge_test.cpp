// The web service with a real edge behind it: what the two have agreed on.
#include "tests/support/edge_process.hpp"
#include "tests/support/web_test.hpp"

namespace suite::test {
namespace {

using nlohmann::json;

class WebEdgeTest : public WebTest {
 protected:
  void SetUp() override {
    WebTest::SetUp();
    real_ = std::make_unique<EdgeProcess>(
        database().url("blog_edge"),
        EdgeProcess::Settings{{"EDGE_CONTROL_TOKEN", kEdgeToken}, {"EDGE_JWT_SECRET", kSecret}});
    restart({{"WEB_EDGE_URL", "http://127.0.0.1:" + std::to_string(real_->control().port())}});
    alice = login("alice");
  }

  EdgeProcess& real() { return *real_; }

  // The answer to a write: the post and its token.
  std::pair<json, std::string> write(const json& changed) {
    json post{{"title", "A title"}, {"content", "Some content"}};
    post.update(changed);
    const auto reply = send("POST", "/posts", post, alice);
    EXPECT_EQ(reply.status, 201U) << reply.body;
    return {reply.json(), reply.field("Edge-Token")};
  }

  // A stream that a redirect leads to; the proxy puts /v1 before it.
  std::unique_ptr<SseClient> follow(const Reply& redirect) {
    EXPECT_EQ(redirect.status, 307U) << redirect.body;
    return real().stream("/v1" + redirect.field("Location"));
  }

  std::string alice;

 private:
  std::unique_ptr<EdgeProcess> real_;
};

const std::pair<std::string, std::string> kStream{"Accept", "text/event-stream"};

TEST_F(WebEdgeTest, OnesOwnWriteIsReadByteForByte) {
  for (int i = 0; i < 20; ++i) {
    json post{{"title", "No. " + std::to_string(i)}, {"content", "é"}, {"status", "published"}, {"tags", {"tea"}}};
    const auto written = send("POST", "/posts", post, alice);
    const auto path = "/posts/" + written.json()["id"].dump();
    EXPECT_EQ(get(path, {{"Edge-After", written.field("Edge-Token")}}).body, written.body);
    EXPECT_EQ(get(path + "?after=" + written.field("Edge-Token")).body, written.body);
  }
}

TEST_F(WebEdgeTest, TheListIsFilteredAndRevalidated) {
  const auto [post, token] = write({{"status", "published"}, {"tags", {"café noir"}}});
  const auto list = get("/posts?tags=caf%C3%A9+noir&after=" + token);
  EXPECT_EQ(list.json(), json::array({post}));
  EXPECT_FALSE(list.field("Edge-Version").empty());
  EXPECT_EQ(get("/posts?tags=caf%C3%A9+noir", {{"If-None-Match", list.field("ETag")}}).status, 304U);
  EXPECT_EQ(get("/posts?limit=-1").error(), "bad_parameter");
  EXPECT_EQ(get("/posts?nope=1").error(), "unknown_parameter");
  EXPECT_EQ(get("/posts?after=x").error(), "bad_token");
}

TEST_F(WebEdgeTest, ADraftIsFoundByItsAuthorAlone) {
  const auto [draft, token] = write({{"status", "draft"}});
  const auto path = "/posts/" + draft["id"].dump() + "?after=" + token;
  EXPECT_EQ(get(path).status, 404U);
  EXPECT_EQ(get(path, {bearer(login("bob"))}).status, 404U);
  const auto own = get(path, {bearer(alice)});
  EXPECT_EQ(own.json(), draft);
  EXPECT_EQ(own.field("Cache-Control"), "private, no-store");
  EXPECT_EQ(get("/posts/999999", {bearer(alice)}).error(), "not_found");
}

TEST_F(WebEdgeTest, AStreamOfTheListIsReachedByItsRedirect) {
  auto stream = follow(get("/posts?tags=evening&limit=3", {kStream}));
  EXPECT_EQ(stream->next_change().event, "init");
  const auto [post, token] = write({{"status", "published"}, {"tags", {"evening"}}});
  EXPECT_EQ(stream->next_change().keys(), std::vector{post["id"].dump()});
  EXPECT_EQ(get("/posts?limit=many", {kStream}).error(), "bad_parameter");
}

TEST_F(WebEdgeTest, TheAuthorFollowsHisPostIntoADraftAndOthersSeeItLeave) {
  const auto [post, token] = write({{"status", "published"}});
  const auto path = "/posts/" + post["id"].dump();
  auto own = follow(get(path + "?after=" + token, {kStream, bearer(alice)}));
  auto others = follow(get(path + "?after=" + token, {kStream}));
  EXPECT_EQ(own->next_change().keys(), std::vector{post["id"].dump()});
  EXPECT_EQ(others->next_change().keys(), std::vector{post["id"].dump()});

  EXPECT_EQ(send("PUT", path, {{"title", "Taken back"}, {"content", ""}, {"status", "draft"}}, alice).status, 200U);
  const auto changed = own->next_change();
  ASSERT_EQ(changed.keys(), std::vector{post["id"].dump()});
  EXPECT_EQ(own->fold()[post["id"].dump()]["title"], "Taken back");
  EXPECT_EQ(others->next_change().removed(), std::vector{post["id"].dump()});
  EXPECT_EQ(others->bytes().find("Taken back"), std::string::npos);
}

TEST_F(WebEdgeTest, ARenameReachesEveryPost) {
  const auto [post, token] = write({{"status", "published"}});
  const auto renamed = send("PATCH", "/session", {{"username", "alicia"}}, alice);
  const auto read = get("/posts/" + post["id"].dump(), {{"Edge-After", renamed.field("Edge-Token")}});
  EXPECT_EQ(read.json()["author"]["name"], "alicia");
}

TEST_F(WebEdgeTest, TheWrongTokenIsTheOperatorsProblem) {
  restart({{"WEB_EDGE_URL", "http://127.0.0.1:" + std::to_string(real().control().port())},
           {"WEB_EDGE_TOKEN", "not-the-token-of-the-edge"}});
  const auto reply = get("/posts");
  EXPECT_EQ(reply.status, 502U);
  EXPECT_EQ(reply.error(), "edge_failed");
  EXPECT_TRUE(service().logs("edge_refused"));
}

}  // namespace
}  // namespace suite::test
