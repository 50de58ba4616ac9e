// The control API: Skip's, so that its clients work, and who may use it.
#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

class EdgeControl : public EdgeTest {
 protected:
  EdgeControl() {
    for (const auto* title : {"one", "two", "three"}) posts_.push_back(add_post(title));
    add_post("draft of ann", "draft", 1);
    start_edge();
  }
  // The id of a new stream.
  std::string open(const std::string& resource, const std::string& body, const Fields& fields = {}) {
    const auto reply = edge().post("/v1/streams/" + resource, body, fields);
    EXPECT_EQ(reply.status, 201U) << reply.body;
    EXPECT_EQ(reply.field("content-type"), "text/plain");
    EXPECT_TRUE(reply.body.starts_with("~")) << reply.body;
    return reply.body;
  }
  std::vector<std::string> posts_;
};

TEST_F(EdgeControl, Snapshot) {
  const auto all = edge().post("/v1/snapshot/posts", "");
  EXPECT_EQ(all.status, 200U);
  EXPECT_EQ(all.field("content-type"), "application/json");
  ASSERT_EQ(all.json().size(), 3U);
  const auto view = database().view("published_posts");
  for (const auto& pair : all.json()) EXPECT_EQ(pair[1], nlohmann::json::array({view.at(pair[0].dump())}));
  EXPECT_EQ(all.json()[0][0].dump(), posts_[2]);
  EXPECT_EQ(edge().post("/v1/snapshot/posts", "{}").body, all.body);
  EXPECT_EQ(edge().post("/v1/snapshot/posts", R"({"limit":1})").json().size(), 1U);
  EXPECT_EQ(edge().post("/v1/snapshot/posts", R"({"author_id":2})").body, "[]");
  EXPECT_EQ(edge().post("/v1/snapshot/posts", R"({"tags":["art","bread"],"author_id":"1"})").body, "[]");
  EXPECT_EQ(edge().post("/v1/snapshot/posts", R"({"key":)" + posts_[0] + "}").json()[0][0].dump(), posts_[0]);
}

TEST_F(EdgeControl, SnapshotsErrors) {
  EXPECT_EQ(edge().post("/v1/snapshot/nothing", "").error(), "unknown_resource");
  EXPECT_EQ(edge().post("/v1/snapshot/nothing", "").status, 404U);
  for (const auto* body : {"[]", "7", "{", "\"posts\""}) {
    EXPECT_EQ(edge().post("/v1/snapshot/posts", body).error(), "bad_body") << body;
  }
  EXPECT_EQ(edge().post("/v1/snapshot/posts", R"({"limit":-1})").error(), "bad_parameter");
  EXPECT_EQ(edge().post("/v1/snapshot/posts", R"({"limit":{}})").error(), "bad_parameter");
  EXPECT_EQ(edge().post("/v1/snapshot/posts", R"({"colour":"red"})").error(), "unknown_parameter");
  EXPECT_EQ(edge().control().get("/v1/snapshot/posts").error(), "method_not_allowed");
  EXPECT_EQ(edge().control().get("/v1/other").error(), "unknown_route");
}

TEST_F(EdgeControl, LookupWithinAWindow) {
  const auto found = edge().post("/v1/snapshot/posts/lookup", R"({"key":)" + posts_[0] + R"(,"params":{}})");
  EXPECT_EQ(found.status, 200U);
  EXPECT_EQ(found.json(), nlohmann::json::array({database().view("published_posts")[posts_[0]]}));
  const auto asked = [&](const std::string& body) { return edge().post("/v1/snapshot/posts/lookup", body).body; };
  EXPECT_EQ(asked(R"({"key":)" + posts_[0] + R"(,"params":{"limit":1}})"), "[]") << "outside of the window";
  EXPECT_EQ(asked(R"({"key":99999})"), "[]");
  EXPECT_EQ(asked(R"({"key":"no number"})"), "[]");
  EXPECT_EQ(edge().post("/v1/snapshot/posts/lookup", "{}").error(), "bad_body");
}

TEST_F(EdgeControl, AStreamForAnyNumberOfSubscribers) {
  const auto id = open("posts", R"({"limit":2})");
  auto first = stream("/v1/streams/" + id);
  auto second = stream("/v1/streams/" + id);
  const auto key = add_post("four");
  for (auto* reader : {first.get(), second.get()}) {
    EXPECT_EQ(reader->next_change().keys(), (Keys{key, posts_[1]}));
    EXPECT_TRUE(shows(*reader, "published_posts", "ORDER BY published_at DESC, id DESC LIMIT 2"));
  }
  auto back = edge().stream("/v1/streams/" + id, {{"Last-Event-ID", first->last_id()}});
  EXPECT_EQ(back->next().event, "heartbeat");
}

TEST_F(EdgeControl, AnIdOutlivesTheProcess) {
  const auto id = open("posts", "");
  edge().restart();
  auto reader = stream("/v1/streams/" + id);
  EXPECT_TRUE(shows(*reader, "published_posts"));
}

TEST_F(EdgeControl, DeleteEndsAStreamForGood) {
  const auto id = open("posts", "");
  const auto other_id = open("posts", "");
  auto reader = stream("/v1/streams/" + id);
  auto other = stream("/v1/streams/" + other_id);
  const auto deleted = edge().control().ask("DELETE", "/v1/streams/" + id);
  EXPECT_EQ(deleted.status, 200U);
  EXPECT_EQ(deleted.body, "OK");
  EXPECT_EQ(reader->next_change().reason(), "deleted");
  EXPECT_TRUE(reader->ended());
  const auto gone = edge().get("/v1/streams/" + id);
  EXPECT_EQ(gone.status, 404U);
  EXPECT_EQ(gone.error(), "unknown_stream");
  EXPECT_TRUE(nothing_more(*other)) << "a stream of the same window goes on";
  for (const auto& again : {id, std::string("~garbage"), std::string("unheard-of")}) {
    EXPECT_EQ(edge().control().ask("DELETE", "/v1/streams/" + again).body, "OK");
  }
}

TEST_F(EdgeControl, AKeyAsParametersIsTheWindowOfThatEntry) {
  auto reader = edge().stream("/v1/streams/" + open("posts", R"({"key":)" + posts_[1] + "}"));
  EXPECT_EQ(reader->next().keys(), Keys{posts_[1]});
  write("DELETE FROM posts WHERE id = " + posts_[1]);
  EXPECT_EQ(reader->next_change().removed(), Keys{posts_[1]});
}

TEST_F(EdgeControl, TheLeadersMirrorIsTheWholeResource) {
  write(
      "INSERT INTO posts (author_id, title, content, status) SELECT 1, 'post', 'text', 'published'"
      " FROM generate_series(1, 1200)");
  auto reader = stream("/v1/streams/" + open("leader", "\"posts\""));
  EXPECT_TRUE(shows(*reader, "published_posts"));
  EXPECT_EQ(reader->fold().size(), 1203U);
  EXPECT_EQ(edge().post("/v1/streams/leader", "{}").error(), "bad_body");
  EXPECT_EQ(edge().post("/v1/streams/leader", "\"nothing\"").error(), "unknown_resource");
}

TEST_F(EdgeControl, StreamsErrorsAreToldAtTheirMaking) {
  EXPECT_EQ(edge().post("/v1/streams/nothing", "").error(), "unknown_resource");
  EXPECT_EQ(edge().post("/v1/streams/posts", R"({"limit":5000})").error(), "bad_parameter");
  EXPECT_EQ(edge().post("/v1/streams/posts", R"({"tags":")" + std::string(5000, 'x') + "\"}").error(), "bad_body");
  EXPECT_EQ(edge().post("/v1/streams/my_posts", "").error(), "unauthorized");
}

TEST_F(EdgeControl, UnknownInputs) {
  const auto reply = edge().control().ask("PATCH", "/v1/inputs/presence", {}, "[[1,[true]]]");
  EXPECT_EQ(reply.status, 404U);
  EXPECT_EQ(reply.error(), "unknown_collection");
}

TEST_F(EdgeControl, ANeighbourOnThisMachineNamesTheUser) {
  EXPECT_EQ(edge().post("/v1/snapshot/my_posts", "").status, 401U);
  EXPECT_EQ(edge().post("/v1/snapshot/my_posts", "", {{"Authorization", "Bearer " + token_of(1)}}).status, 401U)
      << "users' tokens are for the streaming port";
  const Fields ann{{"Edge-User", "1"}};
  EXPECT_EQ(edge().post("/v1/snapshot/my_posts", "", ann).json().size(), 4U);
  auto reader = stream("/v1/streams/" + open("my_posts", "", ann));
  EXPECT_TRUE(shows(*reader, "all_posts", "WHERE author_id = 1"));
}

TEST_F(EdgeControl, Status) {
  auto reader = stream("/v1/resources/posts");
  const auto status = edge().control().get("/v1/status").json();
  EXPECT_EQ(status["node"], "edge-under-test");
  EXPECT_EQ(status["streams"], 1);
  std::map<std::string, int> entries;
  for (const auto& resource : status["resources"]) entries[resource["name"]] = resource["entries"];
  EXPECT_EQ(entries, (std::map<std::string, int>{{"my_posts", 4}, {"posts", 3}}));
}

TEST_F(EdgeControl, AControlTokenClosesAllButHealthAndMetrics) {
  const std::string token = "a-control-token-0123456789";
  start_edge({{"EDGE_CONTROL_TOKEN", token}});
  const Fields good{{"Authorization", "Bearer " + token}};
  for (const auto& fields : {Fields{}, Fields{{"Authorization", "Bearer wrong-token-0123456789"}},
                             Fields{{"Edge-User", "1"}}, Fields{{"Authorization", "Bearer " + token + "x"}}}) {
    EXPECT_EQ(edge().post("/v1/snapshot/posts", "", fields).status, 401U);
    EXPECT_EQ(edge().post("/v1/snapshot/posts", "", fields).error(), "unauthorized");
    EXPECT_EQ(edge().post("/v1/streams/posts", "", fields).status, 401U);
    EXPECT_EQ(edge().control().ask("DELETE", "/v1/streams/~x", fields).status, 401U);
    EXPECT_EQ(edge().control().get("/v1/status", fields).status, 401U);
    EXPECT_EQ(edge().control().get("/v1/resources/posts", fields).status, 401U);
  }
  for (const auto* open_to_all : {"/healthz", "/readyz", "/metrics"}) {
    EXPECT_EQ(edge().control().get(open_to_all).status, 200U) << open_to_all;
  }
  EXPECT_EQ(edge().post("/v1/snapshot/posts", "", good).status, 200U);
  EXPECT_EQ(edge().post("/v1/snapshot/my_posts", "", good).status, 401U);
  EXPECT_EQ(edge().post("/v1/snapshot/my_posts", "", {good[0], {"Edge-User", "1"}}).status, 200U);
  EXPECT_EQ(edge().get("/v1/resources/posts").status, 200U) << "the streaming port is everybody's";
}

}  // namespace
}  // namespace suite::test
