// Logging in, and everything a token or cookie can be.
#include <mutex>
#include <thread>

#include "common/jwt.hpp"
#include "tests/support/web_test.hpp"

namespace suite::test {
namespace {

using nlohmann::json;

class WebLoginTest : public WebTest {
 protected:
  Reply try_login(const json& body) const { return send("POST", "/login", body); }

  static std::string forged(const std::string& secret, std::chrono::seconds lives, const std::string& subject = "1") {
    const auto now = std::chrono::system_clock::now();
    return suite::jwt::sign({subject, "alice", now + lives}, "blog", secret, now);
  }
};

TEST_F(WebLoginTest, AnswersTokenUserAndCookie) {
  const auto reply = try_login({{"username", "alice"}, {"password", "edge-demo"}});
  ASSERT_EQ(reply.status, 200U) << reply.body;
  const auto token = reply.json()["token"].get<std::string>();
  EXPECT_EQ(reply.json()["user"], (json{{"user_id", 1}, {"name", "alice"}, {"email", "alice@example.com"}}));
  EXPECT_EQ(reply.field("Set-Cookie"),
            "blog_session=" + token + "; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Strict");
  EXPECT_EQ(reply.field("Cache-Control"), "no-store");

  const auto claims = suite::jwt::verify(token, kSecret, std::chrono::system_clock::now(), {.issuer = "blog"});
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->subject, "1");
  EXPECT_EQ(claims->name, "alice");
}

TEST_F(WebLoginTest, WrongPasswordAndUnknownUserLookTheSame) {
  const auto wrong = try_login({{"username", "alice"}, {"password", "edge-demp"}});
  const auto unknown = try_login({{"username", "nobody"}, {"password", "edge-demo"}});
  EXPECT_EQ(wrong.status, 401U);
  EXPECT_EQ(wrong.error(), "wrong_credentials");
  EXPECT_EQ(wrong.body, unknown.body);
  EXPECT_EQ(wrong.field("Set-Cookie"), "");
  EXPECT_NE(wrong.field("WWW-Authenticate"), "");
  // SQL in a name is a name.
  EXPECT_EQ(try_login({{"username", "alice' OR '1'='1"}, {"password", "x"}}).status, 401U);
}

TEST_F(WebLoginTest, AnUnknownUserTakesAsLongAsAWrongPassword) {
  const auto took = [&](const char* username) {
    auto shortest = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 5; ++i) {
      const auto begun = std::chrono::steady_clock::now();
      try_login({{"username", username}, {"password", "wrong"}});
      shortest = std::min(shortest, std::chrono::steady_clock::now() - begun);
    }
    return std::chrono::duration<double>(shortest).count();
  };
  const double known = took("alice");
  const double unknown = took("nobody");
  EXPECT_GT(unknown, known / 2);
  EXPECT_LT(unknown, known * 2);
}

TEST_F(WebLoginTest, SessionIsReadWithHeaderOrCookie) {
  const auto token = login("bob");
  const json bob{{"user", {{"user_id", 2}, {"name", "bob"}, {"email", "bob@example.com"}}}};
  const auto by_header = get("/session", {bearer(token)});
  EXPECT_EQ(by_header.status, 200U);
  EXPECT_EQ(by_header.json(), bob);
  EXPECT_EQ(by_header.field("Cache-Control"), "private, no-store");
  EXPECT_EQ(get("/session", {{"Cookie", "a=b; blog_session=" + token}}).json(), bob);
  // The header wins.
  EXPECT_EQ(get("/session", {bearer(token), {"Cookie", "blog_session=x"}}).json(), bob);
  EXPECT_EQ(get("/session", {bearer("x"), {"Cookie", "blog_session=" + token}}).status, 401U);
}

TEST_F(WebLoginTest, WithoutATokenThatHoldsEveryPrivateRouteSays401) {
  for (const auto& token :
       {std::string(), std::string("x"), forged("another-secret-of-the-same-length", std::chrono::hours(1)),
        forged(kSecret, std::chrono::seconds(-1))}) {
    for (const auto& [method, target] : {std::pair{"GET", "/session"},
                                         {"PATCH", "/session"},
                                         {"POST", "/posts"},
                                         {"PUT", "/posts/1"},
                                         {"DELETE", "/posts/1"}}) {
      Question question{method, target, {{"Content-Type", "application/json"}}, "{}"};
      if (!token.empty()) question.fields.push_back(bearer(token));
      const auto reply = ask(question);
      EXPECT_EQ(reply.status, 401U) << method << " " << target << " " << token;
      EXPECT_EQ(reply.error(), "unauthorized");
      EXPECT_EQ(reply.field("WWW-Authenticate"), "Bearer realm=\"blog\"");
    }
  }
}

TEST_F(WebLoginTest, ATokenThatDoesNotHoldIsNeverAnonymous) {
  edge().answer("GET /v1/resources/posts", suite::json_reply(suite::Status::ok, json::array()));
  EXPECT_EQ(get("/posts").status, 200U);
  EXPECT_EQ(get("/posts", {bearer("x")}).status, 401U);
  EXPECT_EQ(get("/posts/1", {bearer("x")}).status, 401U);
  const auto by_cookie = get("/posts", {{"Cookie", "blog_session=x"}});
  EXPECT_EQ(by_cookie.status, 401U);
  // The page could not do it itself: the cookie is out of its reach.
  EXPECT_EQ(by_cookie.field("Set-Cookie"), "blog_session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict");
}

TEST_F(WebLoginTest, ATokenExpires) {
  restart({{"WEB_TOKEN_TTL_S", "2"}});
  const auto token = login("alice");
  EXPECT_EQ(get("/session", {bearer(token)}).status, 200U);
  EXPECT_TRUE(eventually([&] { return get("/session", {bearer(token)}).status == 401U; }));
}

TEST_F(WebLoginTest, LogoutTakesTheCookieBack) {
  const auto token = login("alice");
  for (const auto& fields : {Fields{{"Cookie", "blog_session=" + token}}, {}}) {
    const auto reply = ask({"POST", "/logout", fields, {}});
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.field("Set-Cookie"), "blog_session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict");
  }
}

TEST_F(WebLoginTest, PagesOfOtherSitesChangeNothing) {
  const auto token = login("alice");
  const auto post = create_post(token);
  const Fields session{{"Cookie", "blog_session=" + token}};
  auto foreign = session;
  foreign.emplace_back("Sec-Fetch-Site", "cross-site");
  const auto path = "/posts/" + post["id"].dump();
  EXPECT_EQ(ask({"DELETE", path, foreign, {}}).status, 403U);
  EXPECT_EQ(ask({"DELETE", path, foreign, {}}).error(), "cross_site");
  EXPECT_EQ(ask({"POST", "/logout", foreign, {}}).status, 403U);
  // A form's body is none for us.
  auto form = session;
  form.emplace_back("Content-Type", "text/plain");
  EXPECT_EQ(ask({"POST", "/posts", form, R"({"title":"a","content":"b"})"}).status, 415U);
  EXPECT_EQ(ask({"POST", "/login", form, R"({"username":"alice","password":"edge-demo"})"}).status, 415U);

  auto own = session;
  own.emplace_back("Sec-Fetch-Site", "same-origin");
  EXPECT_EQ(ask({"DELETE", path, own, {}}).status, 200U);
}

TEST_F(WebLoginTest, GuessingIsSlowedByNameAndAddress) {
  const auto guess = [&](const char* username, const char* address) {
    return ask({"POST",
                "/login",
                {{"Content-Type", "application/json"}, {"X-Forwarded-For", address}},
                json{{"username", username}, {"password", "guess"}}.dump()});
  };
  // Hashing is slow; several guess at a time.
  std::mutex mutex;
  std::optional<Reply> refusal;
  const auto is_refused = [&] {
    const std::lock_guard lock(mutex);
    return refusal.has_value();
  };
  std::vector<std::thread> guessers;
  for (int i = 0; i < 8; ++i) {
    guessers.emplace_back([&] {
      for (int n = 0; n < 40 && !is_refused(); ++n) {
        const auto reply = guess("alice", "192.0.2.1");
        const std::lock_guard lock(mutex);
        if (reply.status != 401U) refusal = reply;
      }
    });
  }
  for (auto& guesser : guessers) guesser.join();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 429U);
  EXPECT_EQ(refusal->error(), "too_many_attempts");
  EXPECT_EQ(refusal->field("Retry-After"), "5");
  EXPECT_EQ(guess("alice", "192.0.2.2").status, 401U);
  EXPECT_EQ(guess("bob", "192.0.2.1").status, 401U);
  login("alice");
}

TEST_F(WebLoginTest, NothingSecretIsLogged) {
  const auto token = login("alice");
  try_login({{"username", "edge-demo-as-a-name"}, {"password", "a-wrong-password"}});
  get("/session", {bearer(token)});
  service().signal(SIGTERM);
  ASSERT_EQ(service().wait(), 0);
  const auto log = service().output();
  for (const auto& secret : {token, std::string("edge-demo"), std::string("a-wrong-password"), std::string(kSecret),
                             std::string(kEdgeToken)}) {
    EXPECT_EQ(log.find(secret), std::string::npos) << secret;
  }
  EXPECT_NE(log.find("\"event\":\"login_failed\""), std::string::npos);
}

}  // namespace
}  // namespace suite::test
