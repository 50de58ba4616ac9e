#include <gtest/gtest.h>

#include "edge_service/src/parameters.hpp"
#include "tests/unit/edge_rows.hpp"

namespace edge {
namespace {

const std::string kOwner = "1";

Outcome<WindowSpec> window(const std::string& query, const std::optional<std::string>& owner = kOwner) {
  const auto parameters = Parameters::from_query(query);
  if (!parameters) return parameters.error();
  return window_of(*parameters, *test::row_declaration(), owner);
}

std::string code(const std::string& query) {
  const auto made = window(query);
  return made ? "" : made.error().code;
}

TEST(Parameters, DefaultsAreTheDeclarations) {
  const auto spec = window("");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->resource, "rows");
  EXPECT_EQ(spec->limit, 25U);
  EXPECT_TRUE(spec->filters.empty());
  EXPECT_FALSE(spec->key);
  EXPECT_TRUE(spec->owner);
}

TEST(Parameters, EqualMeaningIsOneWindow) {
  EXPECT_EQ(*window("author=1&limit=3"), *window("limit=3&author=%31"));
  EXPECT_EQ(*window("author=1"), *window("author=+1")) << "a plus is a space, and integers are trimmed";
  EXPECT_EQ(*window("tags=a&tags=b"), *window("tags=b&tags=a&tags=b"));
  EXPECT_EQ(*window("limit=25"), *window(""));
  EXPECT_EQ(window("author=1")->fingerprint(), window("author=01")->fingerprint());
}

TEST(Parameters, DifferentMeaningIsAnotherWindow) {
  const std::vector<WindowSpec> specs{*window(""),       *window("limit=3"),       *window("author=1"),
                                      *window("tags=1"), *window("tags=a&tags=b"), *window("tags=ab"),
                                      *window("", "2")};
  for (std::size_t i = 0; i < specs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(specs[i].canonical(), specs[j].canonical()) << i << " " << j;
      EXPECT_NE(specs[i].fingerprint(), specs[j].fingerprint()) << i << " " << j;
    }
  }
}

TEST(Parameters, TheReadersOwnAreNoFilters) {
  const auto parameters = Parameters::from_query("after=77&last_event_id=a.b.c&limit=4");
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->after, "77");
  EXPECT_EQ(parameters->last_event_id, "a.b.c");
  EXPECT_EQ(parameters->values.size(), 1U);
}

TEST(Parameters, WhatIsWrong) {
  for (const auto* query : {"limit=-1", "limit=x", "limit=", "limit=101", "limit=1&limit=1", "author=x",
                            "author=1&author=2", "author=", "limit=1.0", "limit=%201", "tags=%00", "tags=%FF"}) {
    EXPECT_EQ(code(query), "bad_parameter") << query;
  }
  EXPECT_EQ(code("rank=1"), "unknown_parameter") << "a column that is no filter";
  EXPECT_EQ(code("limit=%zz"), "bad_parameter");
  EXPECT_EQ(code("limit=100"), "");
  EXPECT_EQ(code("&limit=1&"), "");
}

TEST(Parameters, AnOwnersResourceNeedsAnOwner) {
  EXPECT_EQ(window("", std::nullopt).error().status, suite::Status::unauthorized);
  EXPECT_EQ(window("", "no integer").error().status, suite::Status::unauthorized);
}

TEST(Parameters, FromJson) {
  const auto window_from = [](const std::string& body) {
    return window_of(*Parameters::from_json(body), *test::row_declaration(), kOwner);
  };
  EXPECT_EQ(*window_from(""), *window(""));
  EXPECT_EQ(*window_from("{}"), *window(""));
  EXPECT_EQ(*window_from(R"({"limit":3,"author":"1","tags":["a","b"]})"), *window("limit=3&author=1&tags=a&tags=b"));
  EXPECT_EQ(window_from(R"({"key":42})")->key, "42");
  EXPECT_FALSE(window_from(R"({"key":42})")->limit);
  EXPECT_EQ(window_from(R"({"key":"x"})").error().code, "bad_parameter");
  EXPECT_EQ(window_from(R"({"limit":1.5})").error().code, "bad_parameter");
  for (const auto* body : {"[]", "3", "{", "null"})
    EXPECT_EQ(Parameters::from_json(body).error().code, "bad_body") << body;
  for (const auto* body : {R"({"limit":null})", R"({"tags":[["a"]]})", R"({"author":{}})"}) {
    EXPECT_EQ(Parameters::from_json(body).error().code, "bad_parameter") << body;
  }
}

TEST(Parameters, SurviveTheirWayIntoAnIdAndBack) {
  const auto given = *Parameters::from_json(R"({"limit":3,"author":1,"tags":["a","\"b"]})");
  const auto back = *Parameters::from_json(given.to_json());
  EXPECT_EQ(back.values, given.values);
  EXPECT_EQ(Parameters::from_json(Parameters::from_json(R"({"key":"x"})")->to_json())->key_json, "\"x\"");
}

}  // namespace
}  // namespace edge
