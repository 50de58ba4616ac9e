// Which request leads where.
#include <gtest/gtest.h>

#include "web_service/src/routes.hpp"

namespace suite::web {
namespace {

using http::verb;

std::string pattern_of(verb method, std::string_view target) {
  const auto match = find_route(method, target);
  return match.route ? std::string(match.route->pattern) : std::string();
}

TEST(RoutesTest, EveryRouteIsFound) {
  for (const auto& route : routes()) {
    std::string target(route.pattern);
    if (const auto id = target.find("{id}"); id != std::string::npos) target.replace(id, 4, "42");
    target += "?a=b";
    const auto match = find_route(route.method, target);
    EXPECT_EQ(match.route, &route) << target;
    EXPECT_EQ(match.query, "a=b");
  }
}

TEST(RoutesTest, HeadIsAnsweredAsGet) { EXPECT_EQ(pattern_of(verb::head, "/posts"), "/posts"); }

TEST(RoutesTest, AnIdIsAPositiveNumber) {
  EXPECT_EQ(find_route(verb::get, "/posts/42").id, 42);
  EXPECT_EQ(find_route(verb::get, "/posts/9223372036854775807").id, 9223372036854775807);
  for (const auto* target : {"/posts/0", "/posts/-1", "/posts/+1", "/posts/9223372036854775808", "/posts/abc",
                             "/posts/1x", "/posts/1.0", "/posts/%31", "/posts/0x10", "/posts/ 1"}) {
    const auto match = find_route(verb::get, target);
    ASSERT_TRUE(match.route) << target;
    EXPECT_EQ(match.id, 0) << target;
  }
}

TEST(RoutesTest, WhatIsNotThereIsNotFound) {
  for (const auto* target : {"/", "", "/post", "/posts/", "/posts/1/", "/posts/1/2", "//posts", "/Posts", "/api/posts",
                             "http://blog.example/posts", "/%70osts", "/metrics/", "/posts#x"}) {
    const auto match = find_route(verb::get, target);
    EXPECT_FALSE(match.route) << target;
    EXPECT_EQ(match.allow, "") << target;
  }
}

TEST(RoutesTest, AWrongMethodIsToldTheRightOnes) {
  EXPECT_EQ(find_route(verb::get, "/login").allow, "POST");
  EXPECT_EQ(find_route(verb::delete_, "/posts").allow, "GET, HEAD, POST");
  EXPECT_EQ(find_route(verb::patch, "/posts/1").allow, "GET, HEAD, PUT, DELETE");
  EXPECT_EQ(find_route(verb::post, "/session").allow, "GET, HEAD, PATCH");
  EXPECT_EQ(find_route(verb::options, "/healthz").allow, "GET, HEAD");
}

}  // namespace
}  // namespace suite::web
