// Signing up and renaming.
#include <thread>

#include "tests/support/web_test.hpp"

namespace suite::test {
namespace {

using nlohmann::json;

class WebUsersTest : public WebTest {};

TEST_F(WebUsersTest, WhoSignsUpCanLogIn) {
  const auto reply =
      send("POST", "/users", {{"username", "zoë"}, {"email", "zoe@example.org"}, {"password", "a-new-password"}});
  ASSERT_EQ(reply.status, 201U) << reply.body;
  const auto id = sql("SELECT id FROM users WHERE username = 'zoë'");
  EXPECT_EQ(reply.json(),
            (json{{"user", {{"user_id", std::stol(id)}, {"name", "zoë"}, {"email", "zoe@example.org"}}}}));
  EXPECT_EQ(reply.field("Edge-Token"), sql("SELECT xmin FROM users WHERE username = 'zoë'"));
  EXPECT_EQ(reply.field("Set-Cookie"), "");
  EXPECT_TRUE(sql("SELECT password_hash FROM users WHERE username = 'zoë'").starts_with("$argon2id$"));
  EXPECT_FALSE(login("zoë", "a-new-password").empty());
}

TEST_F(WebUsersTest, ATakenNameOrAddressIsNamed) {
  const auto taken_name =
      send("POST", "/users", {{"username", "alice"}, {"email", "new@example.org"}, {"password", "a-new-password"}});
  EXPECT_EQ(taken_name.status, 409U);
  EXPECT_EQ(taken_name.error(), "conflict");
  EXPECT_EQ(taken_name.json()["field"], "username");
  const auto taken_email =
      send("POST", "/users", {{"username", "new"}, {"email", "alice@example.com"}, {"password", "a-new-password"}});
  EXPECT_EQ(taken_email.status, 409U);
  EXPECT_EQ(taken_email.json()["field"], "email");
}

TEST_F(WebUsersTest, OfManyWhoWantANameAtOnceOneGetsIt) {
  std::atomic<int> made = 0;
  std::atomic<int> conflicts = 0;
  std::vector<std::thread> crowd;
  for (int i = 0; i < 8; ++i) {
    crowd.emplace_back([&, i] {
      const auto reply = send("POST", "/users",
                              {{"username", "wanted"},
                               {"email", "wanted" + std::to_string(i) + "@example.org"},
                               {"password", "a-new-password"}});
      if (reply.status == 201U) ++made;
      if (reply.status == 409U && reply.json()["field"] == "username") ++conflicts;
    });
  }
  for (auto& one : crowd) one.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(conflicts, 7);
}

TEST_F(WebUsersTest, WhatDoesNotFitIsNamed) {
  const json user{{"username", "zoe"}, {"email", "zoe@example.org"}, {"password", "a-new-password"}};
  const auto blamed = [&](const char* field, const json& value) {
    auto changed = user;
    changed[field] = value;
    const auto reply = send("POST", "/users", changed);
    EXPECT_EQ(reply.status, 422U) << reply.body;
    EXPECT_EQ(reply.error(), "invalid");
    return reply.json().value("field", "");
  };
  EXPECT_EQ(blamed("username", ""), "username");
  EXPECT_EQ(blamed("username", std::string(51, 'z')), "username");
  EXPECT_EQ(blamed("username", 7), "username");
  EXPECT_EQ(blamed("email", "no address"), "email");
  EXPECT_EQ(blamed("password", "short"), "password");
  EXPECT_EQ(blamed("password", nullptr), "password");
  EXPECT_EQ(blamed("is_admin", true), "is_admin");
  EXPECT_EQ(sql("SELECT count(*) FROM users WHERE username = 'zoe'"), "0");
}

TEST_F(WebUsersTest, OurLimitsAreTheSchemas) {
  std::string longest_name;
  for (int i = 0; i < 50; ++i) longest_name += "é";
  const auto reply = send("POST", "/users",
                          {{"username", longest_name},
                           {"email", std::string(242, 'a') + "@example.org"},
                           {"password", std::string(128, 'p')}});
  EXPECT_EQ(reply.status, 201U) << reply.body;
  EXPECT_FALSE(login(longest_name, std::string(128, 'p')).empty());
}

TEST_F(WebUsersTest, ARenameIsWrittenAndAnswered) {
  const auto token = login("alice");
  const auto reply = send("PATCH", "/session", {{"username", "alicia"}}, token);
  ASSERT_EQ(reply.status, 200U) << reply.body;
  EXPECT_EQ(reply.json()["user"], (json{{"user_id", 1}, {"name", "alicia"}, {"email", "alice@example.com"}}));
  EXPECT_EQ(reply.field("Edge-Token"), sql("SELECT xmin FROM users WHERE id = 1"));
  EXPECT_EQ(sql("SELECT count(*) FROM all_posts WHERE author->>'name' = 'alice'"), "0");
  // The old token still says who, the new one also what name.
  EXPECT_EQ(get("/session", {bearer(token)}).json()["user"]["name"], "alicia");
  EXPECT_EQ(get("/session", {bearer(reply.json()["token"])}).json()["user"]["name"], "alicia");
  EXPECT_EQ(reply.field("Set-Cookie"), "");
  EXPECT_EQ(send("POST", "/login", {{"username", "alice"}, {"password", "edge-demo"}}).status, 401U);
  EXPECT_FALSE(login("alicia").empty());
}

TEST_F(WebUsersTest, ABrowserGetsANewCookieWithItsNewName) {
  const auto token = login("alice");
  const auto reply = ask({"PATCH",
                          "/session",
                          {{"Content-Type", "application/json"}, {"Cookie", "blog_session=" + token}},
                          R"({"username":"alicia","email":"alicia@example.com"})"});
  ASSERT_EQ(reply.status, 200U) << reply.body;
  EXPECT_TRUE(reply.field("Set-Cookie").starts_with("blog_session=" + reply.json()["token"].get<std::string>() + ";"));
  EXPECT_EQ(reply.json()["user"]["email"], "alicia@example.com");
}

TEST_F(WebUsersTest, ARenameToWhatIsTakenOrNothingIsRefused) {
  const auto token = login("alice");
  const auto conflict = send("PATCH", "/session", {{"username", "bob"}}, token);
  EXPECT_EQ(conflict.status, 409U);
  EXPECT_EQ(conflict.json()["field"], "username");
  EXPECT_EQ(send("PATCH", "/session", {{"email", "bob@example.com"}}, token).json()["field"], "email");
  EXPECT_EQ(send("PATCH", "/session", json::object(), token).status, 422U);
  EXPECT_EQ(send("PATCH", "/session", {{"username", ""}}, token).status, 422U);
  // One's own is not taken by another.
  EXPECT_EQ(send("PATCH", "/session", {{"username", "alice"}, {"email", "alice@example.com"}}, token).status, 200U);
}

TEST_F(WebUsersTest, ATokenMayOutliveItsUser) {
  const auto token = login("erin");
  sql("DELETE FROM users WHERE username = 'erin'");
  EXPECT_EQ(get("/session", {bearer(token)}).status, 401U);
  EXPECT_EQ(send("PATCH", "/session", {{"username", "erina"}}, token).status, 401U);
  EXPECT_EQ(send("POST", "/posts", {{"title", "a"}, {"content", "b"}}, token).status, 401U);
}

}  // namespace
}  // namespace suite::test
