// A resource with owners: each sees what is theirs, nobody sees more, and no byte of a draft reaches anyone else.
#include <sodium.h>

#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

const std::string kMine = "/v1/resources/my_posts";

Fields bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }
Fields cookie(const std::string& token) { return {{"Cookie", "theme=dark; blog_session=" + token + "; x=y"}}; }

std::string base64url(const std::string& text) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string made(sodium_base64_encoded_len(text.size(), kVariant), '\0');
  sodium_bin2base64(made.data(), made.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                    kVariant);
  made.pop_back();
  return made;
}

class EdgeOwner : public EdgeTest {
 protected:
  EdgeOwner() {
    anns_ = add_post("draft of ann", "draft", 1);
    bobs_ = add_post("draft of bob", "draft", 2);
    start_edge();
  }
  std::string anns_, bobs_;
};

TEST_F(EdgeOwner, NobodyIsRefused) {
  const auto reply = edge().get(kMine);
  EXPECT_EQ(reply.status, 401U);
  EXPECT_EQ(reply.error(), "unauthorized");
  EXPECT_EQ(reply.field("www-authenticate"), "Bearer");
  EXPECT_EQ(edge().get(kMine, {{"Accept", "text/event-stream"}}).status, 401U);
  EXPECT_EQ(edge().get(kMine + "/" + anns_).status, 401U);
}

TEST_F(EdgeOwner, WhatProvesNothingIsRefused) {
  const std::string payload = base64url(R"({"sub":"1","exp":9999999999})");
  const std::string good = token_of(1);
  const std::string unsigned_token = base64url(R"({"alg":"none","typ":"JWT"})") + "." + payload + ".";
  const std::string other_algorithm = base64url(R"({"alg":"HS512","typ":"JWT"})") + good.substr(good.find('.'));
  const std::string other_payload = good.substr(0, good.find('.') + 1) + payload + good.substr(good.rfind('.'));
  for (const auto& [what, token] :
       std::map<std::string, std::string>{{"forged", token_of(1, std::chrono::minutes(5), "another-secret-0123456789")},
                                          {"expired", token_of(1, std::chrono::seconds(-1))},
                                          {"unsigned", unsigned_token},
                                          {"unsigned with a signature", unsigned_token + "c2lnbmF0dXJl"},
                                          {"another algorithm", other_algorithm},
                                          {"changed", other_payload},
                                          {"cut", good.substr(0, good.size() - 4)},
                                          {"no token", "hello"},
                                          {"empty", ""}}) {
    EXPECT_EQ(edge().get(kMine, bearer(token)).status, 401U) << what;
    EXPECT_EQ(edge().get(kMine, cookie(token)).status, 401U) << what;
  }
  EXPECT_EQ(edge().get(kMine, {{"Authorization", "Basic YW5uOmFubg=="}}).status, 401U);
  EXPECT_EQ(edge().get(kMine, {{"Edge-User", "1"}}).status, 401U) << "believed on the control port only";
}

TEST_F(EdgeOwner, OnlyTheOwnersRows) {
  for (const auto& fields : {bearer(token_of(1)), cookie(token_of(1))}) {
    const auto reply = edge().get(kMine, fields);
    ASSERT_EQ(reply.status, 200U) << reply.body;
    ASSERT_EQ(reply.json().size(), 1U);
    EXPECT_EQ(reply.json()[0]["title"], "draft of ann");
    EXPECT_EQ(reply.field("cache-control"), "private, no-store");
    EXPECT_EQ(edge().get(kMine + "/" + anns_, fields).status, 200U);
    EXPECT_EQ(edge().get(kMine + "/" + bobs_, fields).status, 404U);
  }
  EXPECT_EQ(edge().get(kMine).status, 401U) << "an answer must not stick to the target";
  EXPECT_EQ(edge().get(kMine, bearer(token_of(99))).body, "[]");
}

TEST_F(EdgeOwner, AuthorizationWinsOverTheCookie) {
  const auto both = [](const std::string& header, const std::string& in_cookie) {
    return Fields{bearer(header)[0], cookie(in_cookie)[0]};
  };
  EXPECT_EQ(edge().get(kMine, both(token_of(1), token_of(2))).json()[0]["title"], "draft of ann");
  EXPECT_EQ(edge().get(kMine, both("broken", token_of(2))).status, 401U);
}

TEST_F(EdgeOwner, NoByteOfADraftReachesAnyoneElse) {
  auto ann = stream(kMine, bearer(token_of(1)));
  auto bob = stream(kMine, cookie(token_of(2)));
  auto everybody = stream("/v1/resources/posts");

  const auto key = add_post("treasure", "draft", 1);
  EXPECT_EQ(ann->next_change().keys(), Keys{key});
  write("UPDATE posts SET content = 'treasure map', title = 'treasure two' WHERE id = " + key);
  EXPECT_EQ(ann->next_change().keys(), Keys{key});
  write("UPDATE posts SET status = 'published', title = 'in the open', content = 'for all' WHERE id = " + key);
  EXPECT_EQ(everybody->next_change().keys(), Keys{key});
  EXPECT_EQ(ann->next_change().keys(), Keys{key});
  write("UPDATE posts SET status = 'draft', title = 'treasure again' WHERE id = " + key);
  EXPECT_EQ(everybody->next_change().data, "[[" + key + ",[]]]");
  EXPECT_EQ(ann->next_change().keys(), Keys{key});

  // Handed to another owner, it leaves the one stream and enters the other.
  write("UPDATE posts SET author_id = 2, title = 'a gift', content = 'from ann' WHERE id = " + key);
  EXPECT_EQ(ann->next_change().data, "[[" + key + ",[]]]");
  EXPECT_EQ(bob->next_change().keys(), Keys{key});

  EXPECT_TRUE(shows(*ann, "all_posts", "WHERE author_id = 1"));
  EXPECT_TRUE(shows(*bob, "all_posts", "WHERE author_id = 2"));
  EXPECT_EQ(bob->bytes().find("treasure"), std::string::npos);
  EXPECT_EQ(everybody->bytes().find("treasure"), std::string::npos);
  EXPECT_EQ(ann->bytes().find("a gift"), std::string::npos);
  EXPECT_EQ(everybody->bytes().find("a gift"), std::string::npos);
}

// An open stream has nobody's name on it: once the resource has owners it must not go on, nor be resumed.
TEST_F(EdgeOwner, AResourceThatIsPublishedAnewWithAnOwnerTellsStrangersNoMore) {
  const auto seen = add_post("seen by all");
  auto stranger = stream("/v1/resources/posts?after=" + write("SELECT 1"));
  auto single = stream("/v1/resources/posts/" + seen);
  const auto token = write(
      "SELECT edge.publish('posts', source => 'public.all_posts', key => 'id', owner => 'author_id');"
      "INSERT INTO posts (author_id, title, content) VALUES (1, 'secret', 'secret')");
  EXPECT_FALSE(stranger->next_change().reason().empty()) << stranger->bytes();
  EXPECT_FALSE(single->next_change().reason().empty()) << single->bytes();
  EXPECT_TRUE(stranger->ended());
  EXPECT_EQ(stranger->bytes().find("secret"), std::string::npos);
  EXPECT_EQ(edge().get("/v1/resources/posts?after=" + token, {{"Last-Event-ID", stranger->last_id()}}).status, 401U);
  EXPECT_EQ(edge().get("/v1/resources/posts", bearer(token_of(2))).json().size(), 1U);

  auto bob = stream("/v1/resources/posts", bearer(token_of(2)));
  write("SELECT edge.publish('posts', source => 'public.published_posts', key => 'id')");
  EXPECT_FALSE(bob->next_change().reason().empty()) << "its window is no more: " << bob->bytes();
  auto anybody = edge().stream("/v1/resources/posts?after=" + write("SELECT 1"));
  EXPECT_EQ(anybody->next().keys(), Keys{seen});
}

TEST_F(EdgeOwner, AStreamEndsWithItsToken) {
  auto reader = stream(kMine, bearer(token_of(1, std::chrono::seconds(3))));
  const auto last = reader->next_change();
  EXPECT_EQ(last.event, "end");
  EXPECT_EQ(last.reason(), "unauthorized");
  EXPECT_TRUE(reader->ended());
}

}  // namespace
}  // namespace suite::test
