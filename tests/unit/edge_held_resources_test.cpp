// What an edge remembers of its resources, and what it tells of their troubles.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "edge_service/src/held_resources.hpp"

namespace edge {
namespace {

using namespace std::chrono_literals;
using Kind = Troubles::Kind;

DeclarationPtr declaration(const std::string& name, int revision = 1) {
  return Declaration::parse(nlohmann::json{
      {"name", name},
      {"revision", revision},
      {"view", "public." + name},
      {"key", {"id"}},
      {"columns", {{{"name", "id"}, {"kind", "integer"}, {"array", false}}}},
      {"sort", {{{"column", 0}, {"descending", false}}}},
      {"filters", nlohmann::json::array()},
      {"load", "select"}}.dump());
}

DeclarationPtr input(const std::string& name, int revision = 1) {
  const auto none = nlohmann::json::array();
  return Declaration::parse(nlohmann::json{
      {"name", name},
      {"revision", revision},
      {"view", nullptr},
      {"key", {"key"}},
      {"columns", none},
      {"sort", none},
      {"filters", none},
      {"load", nullptr},
      {"input",
       {{"ttl_s", 60}}}}.dump());
}

class HeldResourcesTest : public ::testing::Test {
 protected:
  HeldResourcesTest() {
    held_.declared({declaration("posts"), declaration("tags")});
    deliver_whole({"posts", "tags"});
  }
  nlohmann::json told(const std::string& name) const { return nlohmann::json::parse(held_.json(now_)).at(name); }
  void deliver_whole(const std::vector<std::string>& names, std::chrono::milliseconds took = 0ms) {
    std::map<std::string, std::vector<std::string>> whole;
    for (const auto& name : names) whole[name] = {};
    held_.delivered(report_, whole, now_, took);
  }
  void survey() { held_.surveyed(report_, now_); }
  bool in_trouble(const std::string& name, Kind kind) const { return health_.troubles().all().contains({name, kind}); }

  Health health_{2s, 1};
  Metrics metrics_{1};
  HeldResources held_{health_, metrics_};
  PullReport report_;
  HeldResources::Time now_ = suite::Clock::now();
};

TEST_F(HeldResourcesTest, ANewRevisionIsNotLoaded) {
  EXPECT_TRUE(told("posts")["loaded"]);
  held_.declared({declaration("posts", 2)});
  EXPECT_FALSE(told("posts")["loaded"]);
  EXPECT_FALSE(held_.all_loaded());
}

TEST_F(HeldResourcesTest, AChangedCatalogIsReadAgainAtOnceAndThenTenTimesAsSeldomAsItTakes) {
  report_.changed["posts"] = "a view was replaced";
  survey();
  EXPECT_TRUE(in_trouble("posts", Kind::changed));
  EXPECT_FALSE(in_trouble("tags", Kind::changed));
  EXPECT_TRUE(told("posts")["again"]);
  deliver_whole({"posts"}, 500ms);
  EXPECT_FALSE(told("posts")["again"]);
  now_ += 5s;
  EXPECT_TRUE(told("posts")["again"]);
  report_.changed.clear();
  survey();
  EXPECT_FALSE(in_trouble("posts", Kind::changed));
  EXPECT_FALSE(told("posts")["loaded"]) << "what was read meanwhile may be of that time";
}

TEST_F(HeldResourcesTest, WhatIsGoneIsSetAsideUntilTheDatabaseSaysOtherwise) {
  report_.broken["posts"] = "posts is gone";
  survey();
  EXPECT_EQ(held_.readable(), std::vector<std::string>{"tags"});
  EXPECT_TRUE(told("posts")["skip"]);
  now_ += 1h;
  EXPECT_TRUE(held_.to_try_again(now_).empty());
  report_.broken.clear();
  survey();
  EXPECT_EQ(held_.readable().size(), 2U);
  EXPECT_FALSE(told("posts")["loaded"]) << "what it missed must be read";
  EXPECT_FALSE(in_trouble("posts", Kind::broken));
}

TEST_F(HeldResourcesTest, WhatCouldNotBeReadIsTriedAgainMoreAndMoreSeldom) {
  std::vector<std::chrono::seconds> pauses;
  for (int i = 0; i < 5; ++i) {
    held_.set_aside("posts", "division by zero", now_);
    EXPECT_TRUE(held_.to_try_again(now_).empty());
    const auto failed = now_;
    while (held_.to_try_again(now_).empty()) now_ += 1s;
    pauses.push_back(std::chrono::duration_cast<std::chrono::seconds>(now_ - failed));
  }
  EXPECT_EQ(pauses, (std::vector<std::chrono::seconds>{1s, 2s, 4s, 8s, 8s}));
  survey();
  EXPECT_EQ(held_.readable().size(), 1U) << "a survey only looks at the catalog";
  held_.take_back("posts");
  EXPECT_EQ(held_.readable().size(), 2U);
}

TEST_F(HeldResourcesTest, ABrokenResourceIsAsOldAsItsLastReading) {
  const auto last = std::chrono::system_clock::now() - 10s;
  health_.fresh_as_of(last);
  held_.set_aside("posts", "division by zero", now_);
  health_.fresh_as_of(last + 10s);
  EXPECT_EQ(health_.staleness(last + 11s, "posts"), 11s);
  EXPECT_EQ(health_.staleness(last + 11s, "tags"), 0s);
}

TEST_F(HeldResourcesTest, DuplicateKeysAreCountedAndForgottenOnceTheyAreUnique) {
  ResourceBatch touched;
  touched.declaration = held_.declaration("posts");
  report_.touched.push_back(touched);
  report_.duplicates["posts"] = {"1", "2"};
  held_.delivered(report_, {}, now_, 0s);
  EXPECT_TRUE(in_trouble("posts", Kind::duplicate_keys));
  report_.duplicates.clear();
  report_.touched.front().absent = {"1"};
  held_.delivered(report_, {}, now_, 0s);
  EXPECT_TRUE(in_trouble("posts", Kind::duplicate_keys));
  report_.touched.front().absent = {"2"};
  held_.delivered(report_, {}, now_, 0s);
  EXPECT_FALSE(in_trouble("posts", Kind::duplicate_keys));
}

TEST_F(HeldResourcesTest, WithAResourceItsTroublesGo) {
  held_.set_aside("posts", "division by zero", now_);
  held_.unpublished("posts");
  EXPECT_TRUE(health_.troubles().all().empty());
}

TEST_F(HeldResourcesTest, AnInputIsHeldOnceItIsDeclaredAndHandedOverOnce) {
  held_.declared({input("presence")});
  EXPECT_TRUE(told("presence")["loaded"]);
  EXPECT_TRUE(held_.all_loaded());
  EXPECT_EQ(held_.readable(), (std::vector<std::string>{"posts", "tags"}));
  EXPECT_EQ(held_.readable_views(), "public.posts, public.tags");
  const auto given = held_.new_inputs();
  ASSERT_EQ(given.size(), 1U);
  EXPECT_TRUE(given[0].whole);
  EXPECT_TRUE(given[0].present.empty());
  survey();
  deliver_whole({"posts", "tags"});
  EXPECT_TRUE(held_.new_inputs().empty()) << "a reload does not empty it";
  held_.declared({input("presence", 2)});
  EXPECT_EQ(held_.new_inputs().size(), 1U);
  held_.declared({input("presence", 3)});
  held_.unpublished("presence");
  EXPECT_TRUE(held_.new_inputs().empty());
}

TEST_F(HeldResourcesTest, WhereItsRowsAreIsKnownFromTheVersionThatWasDelivered) {
  report_.storage["posts"] = "f1";
  survey();
  EXPECT_FALSE(told("posts").contains("storage"));
  held_.delivered(report_, {}, now_, 0s);
  EXPECT_EQ(told("posts")["storage"], "f1");
}

}  // namespace
}  // namespace edge
