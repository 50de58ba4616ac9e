// What is said to requests that are none of ours.
#include "tests/support/web_test.hpp"

namespace suite::test {
namespace {

using nlohmann::json;

class WebProtocolTest : public WebTest {
 protected:
  static void expect_error(const Reply& reply, unsigned status, const std::string& code) {
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_EQ(reply.field("Content-Type"), "application/json");
    const auto body = json::parse(reply.body, nullptr, false);
    ASSERT_TRUE(body.is_object()) << reply.body;
    EXPECT_EQ(body.value("error", ""), code);
    EXPECT_FALSE(body.value("message", "").empty());
  }
};

TEST_F(WebProtocolTest, AnUnknownRouteIsNotFound) {
  for (const auto* target : {"/", "/nothing", "/posts/1/comments", "/api/posts", "/../etc/passwd"}) {
    expect_error(get(target), 404, "unknown_route");
  }
}

TEST_F(WebProtocolTest, AWrongMethodIsToldTheRightOnes) {
  const auto reply = ask({"DELETE", "/posts", {}, {}});
  expect_error(reply, 405, "method_not_allowed");
  EXPECT_EQ(reply.field("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(ask({"GET", "/login", {}, {}}).field("Allow"), "POST");
  EXPECT_EQ(ask({"OPTIONS", "/posts", {}, {}}).status, 405U);
}

TEST_F(WebProtocolTest, BrokenJsonIsMalformed) {
  const auto token = login("alice");
  for (const auto* body :
       {"{", "not json", "[]", "\"x\"", "{\"title\":\"a\",\"title\":\"b\"}",
        "{\"title\":\"\\ud800\",\"content\":\"x\"}", "{\"title\":\"\xff\",\"content\":\"x\"}", "{\"title\":1e999}"}) {
    expect_error(ask({"POST", "/posts", {{"Content-Type", "application/json"}, bearer(token)}, body}), 400,
                 "malformed");
  }
  expect_error(ask({"POST", "/login", {{"Content-Type", "application/json"}}, {}}), 400, "malformed");
  const std::string deep = "{\"title\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  expect_error(ask({"POST", "/posts", {{"Content-Type", "application/json"}, bearer(token)}, deep}), 400, "malformed");
}

TEST_F(WebProtocolTest, AnotherMediaTypeIsNotTaken) {
  for (const auto& [method, target] : {std::pair{"POST", "/login"}, {"POST", "/users"}}) {
    expect_error(ask({method, target, {{"Content-Type", "application/xml"}}, "<a/>"}), 415, "unsupported_media_type");
    expect_error(ask({method, target, {}, "{}"}), 415, "unsupported_media_type");
  }
}

TEST_F(WebProtocolTest, AnOversizedBodyIsRefused) {
  const Question question{"POST", "/posts", {{"Content-Type", "application/json"}}, std::string(1024 * 1024 + 1, ' ')};
  expect_error(ask(question), 413, "body_too_large");
  // Announced is enough.
  const auto answer = exchange_bytes("POST /posts HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
}

TEST_F(WebProtocolTest, AnOversizedHeadIsRefused) {
  const auto answer =
      exchange_bytes("GET /posts HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 431 ")) << answer;
  EXPECT_NE(answer.find("\"error\":\"header_too_large\""), std::string::npos);
}

TEST_F(WebProtocolTest, WhatIsNoHttpIsToldSo) {
  for (const auto* bytes : {"what\r\n\r\n", "GET /posts\r\n\r\n", "GET / HTTP/1.1\r\nBroken\r\n\r\n"}) {
    const auto answer = exchange_bytes(bytes);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << bytes << answer;
    EXPECT_NE(answer.find("\"error\":\"bad_request\""), std::string::npos);
  }
}

TEST_F(WebProtocolTest, HeadIsGetWithoutABody) {
  const auto reply = ask({"HEAD", "/healthz", {}, {}});
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(reply.field("Content-Length"), std::to_string(get("/healthz").body.size()));
}

TEST_F(WebProtocolTest, HealthIsAnswered) {
  EXPECT_EQ(get("/healthz").json(), (json{{"status", "alive"}}));
  EXPECT_EQ(get("/healthcheck").status, 200U);
  EXPECT_TRUE(eventually([&] { return get("/readyz").status == 200U; }));
  EXPECT_EQ(get("/readyz").json(), (json{{"ready", true}, {"database", "reachable"}, {"edge", "reachable"}}));
}

TEST_F(WebProtocolTest, MetricsCountByRouteAndStatus) {
  get("/healthz");
  get("/no-such-route");
  ask({"PUT", "/login", {}, {}});
  login("alice");
  const auto reply = get("/metrics");
  EXPECT_TRUE(reply.field("Content-Type").starts_with("text/plain"));
  for (const auto* line : {"web_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 1",
                           "web_requests_total{method=\"none\",route=\"none\",status=\"404\"} 1",
                           "web_requests_total{method=\"none\",route=\"none\",status=\"405\"} 1",
                           "web_request_duration_seconds_count{method=\"POST\",route=\"/login\"} 1",
                           "web_logins_total{outcome=\"succeeded\"} 1", "web_pool_threads{pool=\"database\"}",
                           "web_pool_waiting{pool=\"passwords\"} 0", "web_database_connected"}) {
    EXPECT_NE(reply.body.find(line), std::string::npos) << line << "\n" << reply.body;
  }
}

}  // namespace
}  // namespace suite::test
