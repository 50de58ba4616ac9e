// What a client may write, field by field.
#include <gtest/gtest.h>

#include "web_service/src/input.hpp"
#include "web_service/src/json_body.hpp"

namespace suite::web {
namespace {

using nlohmann::json;

const json kPost{
    {"title", "A title"}, {"content", "Some *content*"}, {"status", "published"}, {"tags", {"tea", "city"}}};

json with(json object, const std::string& name, json value) {
  object[name] = std::move(value);
  return object;
}

json without(json object, const std::string& name) {
  object.erase(name);
  return object;
}

std::string times(std::size_t count, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

// The field blamed; empty where the post is taken.
std::string blamed(const json& post) {
  const auto read = read_post_replacement(post);
  if (read) return {};
  EXPECT_EQ(read.error().problem, Problem::invalid);
  EXPECT_TRUE(read.error().message.starts_with(read.error().field)) << read.error().message;
  return read.error().field;
}

TEST(PostInputTest, TakesWhatIsRight) {
  const auto read = read_post_replacement(kPost);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->title, "A title");
  EXPECT_EQ(read->content, "Some *content*");
  EXPECT_EQ(read->status, "published");
  EXPECT_EQ(read->tags, (std::vector<std::string>{"tea", "city"}));
}

TEST(PostInputTest, AReplacementNeedsEverythingButTags) {
  EXPECT_EQ(blamed(without(kPost, "title")), "title");
  EXPECT_EQ(blamed(without(kPost, "content")), "content");
  EXPECT_EQ(blamed(without(kPost, "status")), "status");
  EXPECT_EQ(blamed(without(kPost, "tags")), "");
  EXPECT_FALSE(read_post_replacement(without(kPost, "tags"))->tags.has_value());
  EXPECT_TRUE(read_post_replacement(with(kPost, "tags", json::array()))->tags->empty());
}

TEST(PostInputTest, ANewPostIsADraftUnlessItSaysOtherwise) {
  EXPECT_EQ(read_new_post(without(kPost, "status"))->status, "draft");
  EXPECT_EQ(read_new_post(kPost)->status, "published");
  EXPECT_EQ(read_new_post(with(kPost, "status", nullptr)).error().field, "status");
}

TEST(PostInputTest, NamesTheFieldOfTheWrongType) {
  for (const auto& wrong : {json(7), json(nullptr), json(true), json::array(), json::object(), json(1.5)}) {
    EXPECT_EQ(blamed(with(kPost, "title", wrong)), "title") << wrong;
    EXPECT_EQ(blamed(with(kPost, "content", wrong)), "content") << wrong;
    EXPECT_EQ(blamed(with(kPost, "status", wrong)), "status") << wrong;
  }
  for (const auto& wrong : {json("tea"), json(nullptr), json(7), json{{"tea", 1}}}) {
    EXPECT_EQ(blamed(with(kPost, "tags", wrong)), "tags") << wrong;
  }
  EXPECT_EQ(blamed(with(kPost, "tags", json::array({"tea", 7}))), "tags");
}

TEST(PostInputTest, CountsCharactersAsPostgresDoes) {
  EXPECT_EQ(blamed(with(kPost, "title", times(200, "é"))), "");
  EXPECT_EQ(blamed(with(kPost, "title", times(200, "😀"))), "");
  EXPECT_EQ(blamed(with(kPost, "title", times(201, "e"))), "title");
  EXPECT_EQ(blamed(with(kPost, "content", times(100'000, "語"))), "");
  EXPECT_EQ(blamed(with(kPost, "content", times(100'001, "x"))), "content");
  EXPECT_EQ(blamed(with(kPost, "content", "")), "");
}

TEST(PostInputTest, ATitleHasOneLineWithSomethingInIt) {
  for (const auto* title : {"", " ", "\t", "\u00a0\u3000", "two\nlines", "nul\x01", "\u2028", "\u0085x"}) {
    EXPECT_EQ(blamed(with(kPost, "title", title)), "title") << title;
  }
  EXPECT_EQ(blamed(with(kPost, "title", " spaces are kept ")), "");
}

TEST(PostInputTest, NulIsNothingPostgresCanStore) {
  EXPECT_EQ(blamed(with(kPost, "content", std::string("a\0b", 3))), "content");
  EXPECT_EQ(blamed(with(kPost, "title", std::string("a\0b", 3))), "title");
  EXPECT_EQ(blamed(with(kPost, "tags", json::array({std::string("\0", 1)}))), "tags");
  EXPECT_EQ(blamed(with(kPost, "content", "lines\nand\ttabs\r\n")), "");
}

TEST(PostInputTest, TagsAreFewShortAndEachOnce) {
  json tags = json::array();
  for (int i = 0; i < 10; ++i) tags.push_back("tag " + std::to_string(i));
  EXPECT_EQ(blamed(with(kPost, "tags", tags)), "");
  tags.push_back("one more");
  EXPECT_EQ(blamed(with(kPost, "tags", tags)), "tags");
  EXPECT_EQ(blamed(with(kPost, "tags", {times(50, "é")})), "");
  EXPECT_EQ(blamed(with(kPost, "tags", {times(51, "e")})), "tags");
  for (const auto* tag : {"", " tea", "tea ", "te\na"})
    EXPECT_EQ(blamed(with(kPost, "tags", json::array({tag}))), "tags");
  EXPECT_EQ(read_post_replacement(with(kPost, "tags", {"b", "a", "b"}))->tags, (std::vector<std::string>{"b", "a"}));
}

TEST(PostInputTest, WhatWasReadMayBeSentBack) {
  const json read{{"id", 7},
                  {"author_id", 1},
                  {"author", {{"id", 1}, {"name", "alice"}}},
                  {"published_at", nullptr},
                  {"created_at", "2026-11-22T07:00:00+00:00"},
                  {"updated_at", "2026-11-22T07:00:00+00:00"}};
  json post = kPost;
  post.update(read);
  EXPECT_EQ(blamed(post), "");
}

TEST(PostInputTest, AMisspeltNameIsNotLostInSilence) {
  EXPECT_EQ(blamed(with(kPost, "tag", {"tea"})), "tag");
  // The client's own text comes back no longer than it must.
  EXPECT_LT(blamed(with(kPost, times(5000, "x"), 1)).size(), 100U);
}

TEST(UserInputTest, TakesWhatIsRight) {
  const auto user = read_new_user({{"username", "zoë"}, {"email", "zoe@example.org"}, {"password", "eight888"}});
  ASSERT_TRUE(user);
  EXPECT_EQ(user->username, "zoë");
}

TEST(UserInputTest, NamesWhatDoesNotFit) {
  const json user{{"username", "zoe"}, {"email", "zoe@example.org"}, {"password", "eight888"}};
  const auto blamed_in = [&](const std::string& name, const json& value) {
    const auto read = read_new_user(with(user, name, value));
    return read ? std::string() : read.error().field;
  };
  for (const auto* name : {"", " zoe", "zoe ", "z\noe"}) EXPECT_EQ(blamed_in("username", name), "username");
  EXPECT_EQ(blamed_in("username", times(50, "é")), "");
  EXPECT_EQ(blamed_in("username", times(51, "e")), "username");
  for (const auto* email : {"", "zoe", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n", "a\u00a0@b"}) {
    EXPECT_EQ(blamed_in("email", email), "email") << email;
  }
  EXPECT_EQ(blamed_in("email", times(242, "a") + "@example.org"), "");
  EXPECT_EQ(blamed_in("email", times(243, "a") + "@example.org"), "email");
  EXPECT_EQ(blamed_in("password", "seven77"), "password");
  EXPECT_EQ(blamed_in("password", times(128, "p")), "");
  EXPECT_EQ(blamed_in("password", times(129, "p")), "password");
  for (const auto* name : {"username", "email", "password"}) {
    EXPECT_EQ(read_new_user(without(user, name)).error().field, name);
  }
}

TEST(UserInputTest, AChangeNamesSomething) {
  EXPECT_EQ(read_user_change(json::object()).error().problem, Problem::invalid);
  EXPECT_EQ(read_user_change({{"username", "zoe"}})->username, "zoe");
  EXPECT_FALSE(read_user_change({{"username", "zoe"}})->email.has_value());
  EXPECT_EQ(read_user_change({{"email", nullptr}}).error().field, "email");
  EXPECT_EQ(read_user_change({{"password", "eight888"}}).error().field, "password");
}

TEST(UserInputTest, CredentialsAreTwoTexts) {
  EXPECT_TRUE(read_credentials({{"username", "alice"}, {"password", "edge-demo"}}));
  EXPECT_EQ(read_credentials({{"username", "alice"}}).error().field, "password");
  EXPECT_EQ(read_credentials({{"username", ""}, {"password", "x"}}).error().field, "username");
  EXPECT_EQ(read_credentials({{"username", "alice"}, {"password", times(1001, "x")}}).error().field, "password");
}

}  // namespace
}  // namespace suite::web
