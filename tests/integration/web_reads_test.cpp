// Reading posts, through the edge.
#include "tests/support/web_test.hpp"

namespace suite::test {
namespace {

using nlohmann::json;
using suite::make_reply;
using suite::Status;

class WebReadsTest : public WebTest {
 protected:
  // As an edge answers what is there.
  static suite::Reply contents(const std::string& body) {
    return make_reply(
        Status::ok, "application/json", body,
        {{"ETag", "\"v7\""}, {"Cache-Control", "no-cache"}, {"Edge-Version", "7"}, {"Edge-Staleness-Ms", "0"}});
  }
  static suite::Reply error(Status status, const char* code) {
    return suite::error_reply(status, code, "the edge's words");
  }
};

TEST_F(WebReadsTest, TheListIsTheEdges) {
  edge().answer("GET /v1/resources/posts", contents(R"([{"id": 1}, {"id":2 }])"));
  const auto reply =
      get("/posts?limit=2&tags=caf%C3%A9&after=99", {{"Edge-After", "756"}, {"Accept", "application/json"}});
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.body, R"([{"id": 1}, {"id":2 }])");  // as it is
  EXPECT_EQ(reply.field("ETag"), "\"v7\"");
  EXPECT_EQ(reply.field("Edge-Version"), "7");
  EXPECT_EQ(reply.field("Edge-Staleness-Ms"), "0");
  EXPECT_EQ(reply.field("Cache-Control"), "no-cache");
  EXPECT_EQ(reply.field("Vary"), "Accept, Accept-Encoding, Authorization, Cookie");

  const auto asked = edge().last();
  EXPECT_EQ(asked.target, "/v1/resources/posts?limit=2&tags=caf%C3%A9&after=99");
  EXPECT_EQ(asked.field("Edge-After"), "756");
  EXPECT_EQ(asked.field("Authorization"), std::string("Bearer ") + kEdgeToken);
  EXPECT_EQ(asked.field("Edge-User"), "");
}

TEST_F(WebReadsTest, WhatIsUnchangedIsNotSentAgain) {
  edge().answer("GET /v1/resources/posts",
                make_reply(Status::not_modified, "", "", {{"ETag", "\"v7\""}, {"Edge-Version", "7"}}));
  const auto reply = get("/posts", {{"If-None-Match", "\"v7\""}});
  EXPECT_EQ(reply.status, 304U);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(reply.field("ETag"), "\"v7\"");
  EXPECT_EQ(reply.field("Edge-Version"), "7");
  EXPECT_EQ(edge().last().field("If-None-Match"), "\"v7\"");
}

TEST_F(WebReadsTest, EncodingsAreTheClientsAffair) {
  edge().answer("GET /v1/resources/posts",
                make_reply(Status::ok, "application/json", "\x1f\x8b...", {{"Content-Encoding", "gzip"}}));
  const auto reply = get("/posts", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(edge().last().field("Accept-Encoding"), "gzip");
  EXPECT_EQ(reply.field("Content-Encoding"), "gzip");
  EXPECT_EQ(reply.body, "\x1f\x8b...");
}

TEST_F(WebReadsTest, TheClientsMistakesAreToldInTheEdgesWords) {
  edge().answer("GET /v1/resources/posts", error(Status::bad_request, "bad_parameter"));
  EXPECT_EQ(get("/posts?limit=x").status, 400U);
  EXPECT_EQ(get("/posts?limit=x").error(), "bad_parameter");
  edge().answer("GET /v1/resources/posts",
                suite::error_reply(Status::gateway_timeout, "token_not_reached", "wait", {{"Retry-After", "1"}}));
  const auto late = get("/posts?after=999");
  EXPECT_EQ(late.status, 504U);
  EXPECT_EQ(late.error(), "token_not_reached");
  EXPECT_EQ(late.field("Retry-After"), "1");
}

TEST_F(WebReadsTest, WhatWeOrTheEdgeDoWrongIsNotTheClients) {
  for (const auto& [status, code] : {std::pair{Status::unauthorized, "unauthorized"},
                                     {Status::forbidden, "forbidden"},
                                     {Status::internal_server_error, "internal"},
                                     {Status::not_found, "unknown_resource"}}) {
    edge().answer("GET /v1/resources/posts", error(status, code));
    edge().answer("GET /v1/resources/posts/1", error(status, code));
    for (const auto* target : {"/posts", "/posts/1"}) {
      const auto reply = get(target);
      EXPECT_EQ(reply.status, 502U) << code;
      EXPECT_EQ(reply.error(), "edge_failed");
    }
  }
  EXPECT_TRUE(service().logs("edge_refused"));
}

TEST_F(WebReadsTest, AnEdgeThatIsNotThereIsSaidSo) {
  edge().answer("GET /v1/resources/posts", contents("[]"));
  EXPECT_EQ(get("/posts").status, 200U);
  ASSERT_TRUE(eventually([&] { return get("/readyz").status == 200U; }));
  edge().stop();
  const auto reply = get("/posts");
  EXPECT_EQ(reply.status, 503U);
  EXPECT_EQ(reply.error(), "edge_unavailable");
  EXPECT_EQ(reply.field("Retry-After"), "1");
  ASSERT_TRUE(eventually([&] { return get("/readyz").status == 503U; }));
  EXPECT_EQ(get("/readyz").json()["edge"], "unreachable");
  EXPECT_EQ(get("/readyz").json()["database"], "reachable");
  EXPECT_EQ(get("/healthz").status, 200U);
  login("alice");  // what needs no edge goes on

  edge().start();
  EXPECT_EQ(get("/posts").status, 200U);
  EXPECT_TRUE(eventually([&] { return get("/readyz").status == 200U; }));
}

TEST_F(WebReadsTest, AnEdgeThatDrainsIsUnavailable) {
  edge().answer("GET /v1/resources/posts", error(Status::service_unavailable, "not_loaded"));
  EXPECT_EQ(get("/posts").error(), "edge_unavailable");
}

TEST_F(WebReadsTest, TheNextEdgeIsAskedWhereOneIsGone) {
  FakeEdge second;
  second.answer("GET /v1/resources/posts", contents("[2]"));
  restart({{"WEB_EDGE_URL", edge().url() + "," + second.url()}});
  edge().answer("GET /v1/resources/posts", contents("[1]"));
  EXPECT_EQ(get("/posts").body, "[1]");
  edge().stop();
  EXPECT_EQ(get("/posts").body, "[2]");
  second.stop();
  EXPECT_EQ(get("/posts").status, 503U);
  edge().start();
  EXPECT_EQ(get("/posts").body, "[1]");
}

TEST_F(WebReadsTest, APostIsTheEdgesEntry) {
  edge().answer("GET /v1/resources/posts/7", contents(R"({"id":7})"));
  const auto reply = get("/posts/7?after=756");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.body, R"({"id":7})");
  EXPECT_EQ(edge().last().target, "/v1/resources/posts/7?after=756");
}

TEST_F(WebReadsTest, APostThatIsNotThereIsNotFound) {
  const auto reply = get("/posts/7");
  EXPECT_EQ(reply.status, 404U);
  EXPECT_EQ(reply.error(), "not_found");
  EXPECT_EQ(get("/posts/abc").error(), "not_found");
  EXPECT_EQ(get("/posts/99999999999999999999").error(), "not_found");
}

TEST_F(WebReadsTest, TheAuthorFindsHisOwnDraft) {
  const auto token = login("bob");
  edge().answer("GET /v1/resources/my_posts/7",
                make_reply(Status::ok, "application/json", R"({"id":7,"status":"draft"})",
                           {{"Cache-Control", "private, no-store"}}));
  EXPECT_EQ(get("/posts/7").status, 404U);
  for (const auto& asked : edge().asked()) EXPECT_EQ(asked.target.find("my_posts"), std::string::npos);
  for (const auto& field : {bearer(token), std::pair<std::string, std::string>{"Cookie", "blog_session=" + token}}) {
    const auto reply = get("/posts/7", {field});
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.json()["status"], "draft");
    EXPECT_EQ(reply.field("Cache-Control"), "private, no-store");
    EXPECT_EQ(edge().last().field("Edge-User"), "2");
    EXPECT_EQ(edge().last().field("Authorization"), std::string("Bearer ") + kEdgeToken);
    EXPECT_EQ(edge().last().field("Cookie"), "");
  }
  EXPECT_EQ(get("/posts/8", {bearer(token)}).status, 404U);
}

TEST_F(WebReadsTest, NobodySaysWhoHeIsByHimself) {
  edge().answer("GET /v1/resources/posts", contents("[]"));
  get("/posts", {{"Edge-User", "1"}});
  EXPECT_EQ(edge().last().field("Edge-User"), "");
}

TEST_F(WebReadsTest, AStreamOfTheListIsRedirectedTo) {
  edge().answer("POST /v1/streams/posts", make_reply(Status::created, "text/plain", "~abc-DEF_1.2"));
  const auto reply = get("/posts?limit=5&tags=tea&tags=city&last_event_id=x%2By", {{"Accept", "text/event-stream"}});
  EXPECT_EQ(reply.status, 307U);
  EXPECT_EQ(reply.field("Location"), "/streams/~abc-DEF_1.2?last_event_id=x%2By");
  EXPECT_EQ(reply.field("Cache-Control"), "private, no-store");
  EXPECT_EQ(json::parse(edge().last().body), (json{{"limit", {"5"}}, {"tags", {"tea", "city"}}}));
}

TEST_F(WebReadsTest, AStreamOfAPostIsRedirectedTo) {
  edge().answer("POST /v1/streams/posts", make_reply(Status::created, "text/plain", "~one"));
  const auto reply = get("/posts/42", {{"Accept", "text/event-stream"}});
  EXPECT_EQ(reply.status, 307U);
  EXPECT_EQ(reply.field("Location"), "/streams/~one");
  EXPECT_EQ(edge().last().body, R"({"key":42})");
}

TEST_F(WebReadsTest, TheAuthorFollowsHisPostAmongHisOwn) {
  const auto token = login("bob");
  edge().answer("POST /v1/streams/posts", make_reply(Status::created, "text/plain", "~public"));
  edge().answer("POST /v1/streams/my_posts", make_reply(Status::created, "text/plain", "~own"));
  edge().answer("GET /v1/resources/my_posts/7", contents(R"({"id":7})"));
  const auto own = get("/posts/7", {{"Accept", "text/event-stream"}, bearer(token)});
  EXPECT_EQ(own.field("Location"), "/streams/~own");
  EXPECT_EQ(edge().last().field("Edge-User"), "2");
  EXPECT_EQ(get("/posts/8", {{"Accept", "text/event-stream"}, bearer(token)}).field("Location"), "/streams/~public");
  EXPECT_EQ(get("/posts/7", {{"Accept", "text/event-stream"}}).field("Location"), "/streams/~public");
}

TEST_F(WebReadsTest, AStreamThatCannotBeMadeIsAnError) {
  edge().answer("POST /v1/streams/posts", error(Status::bad_request, "unknown_parameter"));
  EXPECT_EQ(get("/posts?nope=1", {{"Accept", "text/event-stream"}}).error(), "unknown_parameter");
  EXPECT_EQ(get("/posts?a=%zz", {{"Accept", "text/event-stream"}}).error(), "malformed");
  EXPECT_EQ(get("/posts?key=7", {{"Accept", "text/event-stream"}}).error(), "malformed");
  edge().answer("POST /v1/streams/posts", make_reply(Status::created, "text/plain", "//evil.example"));
  EXPECT_EQ(get("/posts", {{"Accept", "text/event-stream"}}).error(), "edge_failed");
}

}  // namespace
}  // namespace suite::test
