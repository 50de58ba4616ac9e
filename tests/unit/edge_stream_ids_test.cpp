#include <gtest/gtest.h>
#include <sodium.h>

#include <set>

#include "edge_service/src/stream_ids.hpp"

namespace edge {
namespace {

const auto kNow = StreamIds::Time(std::chrono::hours(500'000));
const std::string kSecret = "the-secret-of-all-nodes";

class StreamIdsTest : public ::testing::Test {
 protected:
  StreamIdsTest() : ids_(sodium_init() < 0 ? std::string() : kSecret) {}
  StreamIds ids_;
};

TEST_F(StreamIdsTest, HoldAllThatTheyStandForOnEveryNode) {
  const auto id = ids_.make({"posts", R"({"limit":["2"]})", "7", true, {}}, kNow);
  EXPECT_EQ(id.front(), '~');
  EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~"),
            std::string::npos);
  const StreamIds other_node(kSecret);
  const auto ticket = other_node.open(id, kNow);
  ASSERT_TRUE(ticket);
  EXPECT_EQ(ticket->resource, "posts");
  EXPECT_EQ(ticket->parameters, R"({"limit":["2"]})");
  EXPECT_EQ(ticket->owner, "7");
  EXPECT_TRUE(ticket->whole);
  EXPECT_FALSE(StreamIds(kSecret + "x").open(id, kNow));
  EXPECT_FALSE(StreamIds("").open(id, kNow)) << "without a secret a node believes only itself";
}

TEST_F(StreamIdsTest, NoTwoAreAlike) {
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) made.insert(ids_.make({"posts", "{}", std::nullopt, false, {}}, kNow));
  EXPECT_EQ(made.size(), 100U);
}

TEST_F(StreamIdsTest, SayNothingToWhoReadsThem) {
  const auto id = ids_.make({"a-secret-resource", "{}", "owner-7", false, {}}, kNow);
  std::string raw(id.size(), '\0');
  std::size_t size = 0;
  ASSERT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(raw.data()), raw.size(), id.data() + 1, id.size() - 1,
                              nullptr, &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
            0);
  EXPECT_EQ(raw.find("secret-resource"), std::string::npos);
  EXPECT_EQ(raw.find("owner-7"), std::string::npos);
}

TEST_F(StreamIdsTest, CannotBeTamperedWith) {
  const auto id = ids_.make({"posts", "{}", std::nullopt, false, {}}, kNow);
  for (std::size_t i = 0; i < id.size(); ++i) {
    auto changed = id;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    // The last letter holds bits that mean nothing; they must be zero.
    EXPECT_FALSE(ids_.open(changed, kNow)) << i;
  }
  for (const auto& none :
       {std::string(), std::string("~"), std::string("~~"), id.substr(1), id.substr(0, id.size() - 1), id + "A",
        "~" + std::string(10'000, 'A'), std::string("posts")}) {
    EXPECT_FALSE(ids_.open(none, kNow)) << none;
  }
}

TEST_F(StreamIdsTest, ExpireAfterADay) {
  const auto id = ids_.make({"posts", "{}", std::nullopt, false, {}}, kNow);
  EXPECT_TRUE(ids_.open(id, kNow + StreamIds::kLife - std::chrono::seconds(1)));
  EXPECT_FALSE(ids_.open(id, kNow + StreamIds::kLife));
}

TEST_F(StreamIdsTest, AreDeletedOnceAndForGood) {
  const auto id = ids_.make({"posts", "{}", std::nullopt, false, {}}, kNow);
  const auto other = ids_.make({"posts", "{}", std::nullopt, false, {}}, kNow);
  const auto removed = ids_.remove(id, kNow);
  ASSERT_TRUE(removed);
  EXPECT_FALSE(removed->nonce.empty());
  EXPECT_FALSE(ids_.open(id, kNow));
  EXPECT_FALSE(ids_.remove(id, kNow));
  EXPECT_TRUE(ids_.open(other, kNow));
  EXPECT_FALSE(ids_.remove("~garbage", kNow));
  // A day later others are deleted, and this one is still not served.
  const auto later = kNow + StreamIds::kLife + std::chrono::hours(1);
  EXPECT_TRUE(ids_.remove(ids_.make({"posts", "{}", std::nullopt, false, {}}, later), later));
  EXPECT_FALSE(ids_.open(id, later));
}

}  // namespace
}  // namespace edge
