// Inputs: declared by the database, written through the edge, read and streamed like any resource.
#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

class EdgeInputs : public EdgeTest {
 protected:
  EdgeInputs() {
    write("SELECT edge.publish_input('presence')");
    start_edge();
  }
  HttpReply patch(const std::string& body, const std::string& collection = "presence", const Fields& fields = {}) {
    return edge().control().ask("PATCH", "/v1/inputs/" + collection, fields, body);
  }
  void put(const std::string& body, const std::string& collection = "presence") {
    const auto reply = patch(body, collection);
    EXPECT_EQ(reply.status, 200U) << reply.body;
    EXPECT_EQ(reply.body, "{}");
  }
  std::string shown(const std::string& rest = {}) { return edge().get("/v1/resources/presence" + rest).body; }
};

TEST_F(EdgeInputs, AWriteIsStreamedAndReadAtOnce) {
  auto reader = stream("/v1/resources/presence");
  EXPECT_TRUE(reader->fold().empty());
  put(R"([["ann",[{"typing":true,"at":1.50}]],[7,["seven"]]])");
  EXPECT_EQ(shown(), R"([{"typing":true,"at":1.50},"seven"])");
  EXPECT_EQ(reader->next_change().data, R"([["ann",[{"typing":true,"at":1.50}]],[7,["seven"]]])") << "one version";
  put(R"([["ann",[{"typing":true,"at":1.50}]]])");
  put(R"([["ann",[]],[7,[null]]])");
  EXPECT_EQ(shown(), "[null]");
  const auto frame = reader->next_change();
  EXPECT_EQ(frame.keys().size(), 2U) << "the repeat made no version: " << frame.data;
  EXPECT_EQ(frame.removed(), Keys{"\"ann\""});
  EXPECT_EQ(reader->fold(), (SseClient::Entries{{"7", nullptr}}));
}

TEST_F(EdgeInputs, EveryWriteIsSeenByTheReadThatFollowsIt) {
  for (int i = 0; i < 300; ++i) {
    put("[[1,[" + std::to_string(i) + "]]]");
    ASSERT_EQ(shown(), "[" + std::to_string(i) + "]");
    ASSERT_EQ(shown("/1"), std::to_string(i));
  }
}

TEST_F(EdgeInputs, AllReadsOfAResource) {
  put(R"([[42,["number"]],["42",["text"]],["a/b",[[1,2]]],["ann",[{"n":1}]]])");
  const std::string pairs = R"([["42",["text"]],["a/b",[[1,2]]],["ann",[{"n":1}]],[42,["number"]]])";
  EXPECT_EQ(edge().post("/v1/snapshot/presence", "").body, pairs);
  EXPECT_EQ(edge().post("/v1/snapshot/presence", R"({"limit":1})").body, R"([["42",["text"]]])");
  EXPECT_EQ(edge().post("/v1/snapshot/presence", R"({"key":42})").body, R"([[42,["number"]]])");
  const auto found = [&](const std::string& key) {
    return edge().post("/v1/snapshot/presence/lookup", "{\"key\":" + key + "}").body;
  };
  EXPECT_EQ(found("42"), R"(["number"])");
  EXPECT_EQ(found("\"42\""), R"(["text"])");
  EXPECT_EQ(found("43"), "[]");

  EXPECT_EQ(shown("/42"), "\"number\"");
  EXPECT_EQ(shown("/%2242%22"), "\"text\"");
  EXPECT_EQ(shown("/a%2Fb"), "[1,2]");
  EXPECT_EQ(edge().get("/v1/resources/presence/bob").error(), "unknown_entry");
  EXPECT_EQ(edge().get("/v1/resources/presence?colour=red").error(), "unknown_parameter");
  const auto all = edge().get("/v1/resources/presence");
  EXPECT_EQ(edge().get("/v1/resources/presence", {{"If-None-Match", all.field("etag")}}).status, 304U);

  const auto id = edge().post("/v1/streams/presence", R"({"key":"ann"})");
  ASSERT_EQ(id.status, 201U) << id.body;
  for (const auto& path : {"/v1/streams/" + id.body, std::string("/v1/resources/presence/ann")}) {
    auto reader = edge().stream(path, {{"Accept", "text/event-stream"}});
    EXPECT_EQ(reader->next().data, R"([["ann",[{"n":1}]]])") << path;
  }
  EXPECT_EQ(edge().stream("/v1/streams/presence")->next().data, pairs);
  const auto status = edge().control().get("/v1/status").body;
  EXPECT_NE(status.find(R"({"entries":4,"name":"presence"})"), std::string::npos) << status;
}

TEST_F(EdgeInputs, AReaderThatComesBackIsToldWhatItMissed) {
  auto reader = stream("/v1/resources/presence");
  put(R"([[1,[1]],[2,[2]]])");
  const auto seen = reader->next_change().id;
  put(R"([[1,[]],[3,[3]]])");
  auto back = edge().stream("/v1/resources/presence", {{"Last-Event-ID", seen}});
  const auto missed = back->next();
  EXPECT_EQ(missed.event, "update");
  EXPECT_EQ(missed.removed(), Keys{"1"});
  EXPECT_EQ(missed.keys().size(), 2U);
}

TEST_F(EdgeInputs, WhatIsRefused) {
  EXPECT_EQ(patch("[[1,[true]]]", "nothing").status, 404U);
  EXPECT_EQ(patch("[[1,[true]]]", "nothing").error(), "unknown_collection");
  EXPECT_EQ(patch("[[1,[true]]]", "posts").error(), "unknown_collection") << "a resource is the database's";
  for (const auto* body : {"", "{", "{}", "[1]", "[[1]]", "[[1,2]]", "[[1.5,[1]]]", "[[1,[1,2]]]"}) {
    const auto reply = patch(body);
    EXPECT_EQ(reply.status, 400U) << body;
    EXPECT_EQ(reply.error(), "bad_body") << body << ": " << reply.body;
  }
  EXPECT_EQ(patch("[[1,[\"" + std::string(300 * 1024, 'x') + "\"]]]").status, 413U);
  EXPECT_EQ(patch("[[1,[true]],[null,[true]]]").error(), "bad_body");
  EXPECT_EQ(shown(), "[]") << "a patch is taken whole or not at all";
  EXPECT_EQ(edge().post("/v1/inputs/presence", "[]").status, 405U);
  EXPECT_EQ(edge().streaming().ask("PATCH", "/v1/inputs/presence", {}, "[]").error(), "unknown_route");
}

TEST_F(EdgeInputs, TheControlTokenGuardsWrites) {
  start_edge({{"EDGE_CONTROL_TOKEN", "a-control-token-0123456789"}});
  EXPECT_EQ(patch("[[1,[true]]]").status, 401U);
  EXPECT_EQ(patch("[[1,[true]]]", "presence", {{"Authorization", "Bearer a-control-token-0123456789"}}).status, 200U);
  EXPECT_EQ(shown(), "[true]");
}

TEST_F(EdgeInputs, BoundsAreToldAndMendThemselves) {
  write("SELECT edge.publish_input('flash', 1)");
  start_edge({{"EDGE_MAX_INPUT_ENTRIES", "2"}});
  put("[[1,[1]],[2,[2]]]", "flash");
  const auto refused = patch("[[3,[3]]]");
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(refused.error(), "inputs_full");
  EXPECT_FALSE(refused.field("retry-after").empty());
  EXPECT_TRUE(eventually([&] { return patch("[[3,[3]]]").status == 200; })) << "the others expire";
}

TEST_F(EdgeInputs, WhatNobodyRepeatsLeavesByItself) {
  const auto token = write("SELECT edge.publish_input('flash', 1)");
  auto reader = edge().stream("/v1/resources/flash?after=" + token);
  ASSERT_EQ(reader->next().event, "init");
  put("[[1,[1]],[2,[2]]]", "flash");
  EXPECT_EQ(reader->next_change().keys(), (Keys{"1", "2"}));
  const auto began = std::chrono::steady_clock::now();
  const auto gone = reader->next_change();
  EXPECT_EQ(gone.removed(), (Keys{"1", "2"})) << "in one version";
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(800));
  EXPECT_EQ(edge().get("/v1/resources/flash").body, "[]");
}

TEST_F(EdgeInputs, AppearsWithoutARestartForWhoBringsItsToken) {
  const auto token = write("SELECT edge.publish_input('cursors', 5)");
  EXPECT_EQ(patch("[[1,[true]]]", "cursors", {{"Edge-After", token}}).status, 200U);
  EXPECT_EQ(edge().get("/v1/resources/cursors").body, "[true]");
}

TEST_F(EdgeInputs, UnpublishedItEndsItsStreams) {
  auto reader = stream("/v1/resources/presence");
  auto posts = stream("/v1/resources/posts");
  put("[[1,[true]]]");
  EXPECT_EQ(reader->next_change().keys(), Keys{"1"});
  const auto token = write("SELECT edge.unpublish('presence')");
  EXPECT_EQ(reader->next_change().reason(), "unpublished");
  EXPECT_TRUE(reader->ended());
  EXPECT_EQ(edge().get("/v1/resources/presence?after=" + token).error(), "unknown_resource");
  EXPECT_EQ(patch("[[1,[true]]]").error(), "unknown_collection");
  EXPECT_TRUE(nothing_more(*posts));
  const auto again = write("SELECT edge.publish_input('presence')");
  EXPECT_EQ(shown("?after=" + again), "[]");
}

TEST_F(EdgeInputs, AnotherTimeToLiveKeepsEntriesAndStreams) {
  put("[[1,[true]]]");
  auto reader = stream("/v1/resources/presence");
  const auto token = write("SELECT edge.publish_input('presence', 30)");
  EXPECT_EQ(shown("?after=" + token), "[true]");
  put("[[2,[true]]]");
  EXPECT_EQ(reader->next_change().data, "[[2,[true]]]");
}

TEST_F(EdgeInputs, ANameMayTurnFromAnInputIntoAResourceAndBack) {
  put("[[1,[true]]]");
  const auto there = write(
      "SELECT edge.unpublish('presence'), edge.publish('presence', source => 'public.users', key => 'id', sort => "
      "'id')");
  EXPECT_EQ(edge().get("/v1/resources/presence?after=" + there).json().size(), 3U);
  EXPECT_EQ(patch("[[1,[true]]]").error(), "unknown_collection");
  const auto back = write("SELECT edge.unpublish('presence'), edge.publish_input('presence')");
  EXPECT_EQ(shown("?after=" + back), "[]");
  put("[[1,[true]]]");
  EXPECT_EQ(shown(), "[true]");
}

TEST_F(EdgeInputs, ACrashOfTheDatabaseEmptiesNothing) {
  auto reader = stream("/v1/resources/presence");
  put("[[1,[true]]]");
  EXPECT_EQ(reader->next_change().keys(), Keys{"1"});
  TestCluster::instance().stop("immediate");
  ASSERT_TRUE(eventually([&] { return !edge().readyz()["upstream_connected"].get<bool>(); }));
  put("[[2,[true]]]");
  EXPECT_EQ(reader->next_change().keys(), Keys{"2"}) << "the database has no part in a write";
  TestCluster::instance().start();
  const auto token = write("UPDATE users SET username = 'zoe' WHERE id = 1");
  ASSERT_TRUE(eventually([&] { return shown("?after=" + token) == "[true,true]"; })) << shown();
  put("[[3,[true]]]");
  EXPECT_EQ(reader->next_change().keys(), Keys{"3"}) << "the reload told nothing of it";
}

TEST_F(EdgeInputs, AnotherProcessBeginsEmpty) {
  auto reader = stream("/v1/resources/presence");
  put("[[1,[true]]]");
  const auto seen = reader->next_change().id;
  edge().restart();
  auto back = edge().stream("/v1/resources/presence", {{"Last-Event-ID", seen}});
  EXPECT_EQ(back->next().event, "init");
  EXPECT_TRUE(back->fold().empty());
  put("[[1,[true]]]");
  EXPECT_EQ(back->next_change().keys(), Keys{"1"}) << "its owner repeats it";
}

}  // namespace
}  // namespace suite::test
