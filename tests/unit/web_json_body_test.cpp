// What is a JSON object to us, and what is told to whoever sends something else.
#include <gtest/gtest.h>

#include "web_service/src/json_body.hpp"

namespace suite::web {
namespace {

Request request_of(const std::string& content_type, const std::string& body) {
  Request request(http::verb::post, "/posts", 11);
  if (!content_type.empty()) request.set(http::field::content_type, content_type);
  request.body() = body;
  return request;
}

TEST(JsonBodyTest, TheMediaTypeMustBeJson) {
  for (const auto* type :
       {"application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/json ;x"}) {
    EXPECT_TRUE(json_body(request_of(type, "{}"))) << type;
  }
  // These a form on any other site's page can send without asking first (CSRF).
  for (const auto* type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                           "text/plain; application/json", "application/jsonp"}) {
    EXPECT_EQ(json_body(request_of(type, "{}")).error().problem, Problem::unsupported_media_type) << type;
  }
}

TEST(JsonBodyTest, WhatIsNoObjectIsMalformed) {
  for (const auto* body : {"", " ", "null", "[]", "7", "\"text\"", "{", "}", "{\"a\":}", "{\"a\":1,}", "{'a':1}",
                           "{} {}", "{\"a\":1e999}", "{\"a\":NaN}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\\ud800\"}",
                           "{\"a\":\"\xff\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xc0\xaf\"}"}) {
    const auto read = parse_object(body);
    ASSERT_TRUE(read.has_error()) << body;
    EXPECT_EQ(read.error().problem, Problem::malformed) << body;
    EXPECT_FALSE(read.error().message.empty());
  }
}

TEST(JsonBodyTest, ANameGivenTwiceIsRefused) {
  const auto read = parse_object(R"({"title":"a","content":"b","title":"c"})");
  ASSERT_TRUE(read.has_error());
  EXPECT_EQ(read.error().problem, Problem::malformed);
  EXPECT_EQ(read.error().field, "title");
}

TEST(JsonBodyTest, NestingIsBounded) {
  const auto nested = [](int depth) {
    return "{\"a\":" + std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
  };
  EXPECT_TRUE(parse_object(nested(3)));
  EXPECT_EQ(parse_object(nested(100)).error().problem, Problem::malformed);
  EXPECT_EQ(parse_object(nested(400'000)).error().problem, Problem::malformed);
}

TEST(JsonBodyTest, TextBeyondTheBasicPlaneIsTaken) {
  EXPECT_EQ(parse_object(R"({"a":"\ud83d\ude00"})")->object["a"], "😀");
}

}  // namespace
}  // namespace suite::web
