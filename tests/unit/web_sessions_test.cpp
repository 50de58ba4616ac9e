// Who is asking, and from where.
#include <gtest/gtest.h>

#include "common/jwt.hpp"
#include "web_service/src/sessions.hpp"

namespace suite::web {
namespace {

constexpr const char* kSecret = "0123456789abcdef0123456789abcdef";

class SessionsTest : public ::testing::Test {
 protected:
  Sessions sessions{kSecret, std::chrono::hours(1)};
  Request request{http::verb::get, "/session", 11};

  std::string token_of(std::int64_t id) const { return sessions.token_for(id, "alice"); }
};

std::string signed_token(const std::string& subject, const std::string& issuer = "blog",
                         const std::string& secret = kSecret, std::chrono::seconds lives = std::chrono::hours(1)) {
  const auto now = std::chrono::system_clock::now();
  return jwt::sign({subject, "alice", now + lives}, issuer, secret, now);
}

TEST_F(SessionsTest, NoTokenIsNobody) {
  EXPECT_FALSE(sessions.identify(request)->has_value());
  EXPECT_EQ(sessions.require(request).error().problem, Problem::no_session);
}

TEST_F(SessionsTest, ATokenIsTakenFromHeaderOrCookie) {
  request.set(http::field::authorization, "bearer   " + token_of(7));
  EXPECT_EQ(sessions.require(request)->user_id, 7);
  EXPECT_FALSE(sessions.require(request)->by_cookie);
  request.erase(http::field::authorization);
  request.set(http::field::cookie, "theme=dark; blog_session=" + token_of(8) + "; x=y");
  EXPECT_EQ(sessions.require(request)->user_id, 8);
  EXPECT_TRUE(sessions.require(request)->by_cookie);
}

TEST_F(SessionsTest, TheHeaderWinsOverTheCookie) {
  request.set(http::field::cookie, "blog_session=" + token_of(8));
  request.set(http::field::authorization, "Bearer " + token_of(7));
  EXPECT_EQ(sessions.require(request)->user_id, 7);
  request.set(http::field::authorization, "Bearer nonsense");
  EXPECT_EQ(sessions.identify(request).error().problem, Problem::bad_session);
}

TEST_F(SessionsTest, ATokenThatDoesNotHoldIsNeverNobody) {
  const std::string good = token_of(7);
  const std::string none = "eyJhbGciOiJub25lIn0." + good.substr(good.find('.') + 1, good.rfind('.') - good.find('.'));
  for (const auto& token :
       {std::string("x"), good + "x", good.substr(0, good.rfind('.')), good.substr(0, good.rfind('.') + 1), none,
        signed_token("7", "blog", "another-secret-of-the-same-length"), signed_token("7", "elsewhere"),
        signed_token("7", "blog", kSecret, std::chrono::seconds(-1)), signed_token("alice"), signed_token("0"),
        signed_token("-7"), signed_token("7 "), signed_token("99999999999999999999"), std::string(10'000, 'a')}) {
    request.set(http::field::authorization, "Bearer " + token);
    EXPECT_EQ(sessions.identify(request).error().problem, Problem::bad_session) << token;
    request.erase(http::field::authorization);
    request.set(http::field::cookie, "blog_session=" + token);
    EXPECT_EQ(sessions.identify(request).error().problem, Problem::bad_session) << token;
    request.erase(http::field::cookie);
  }
  for (const auto* other : {"Basic YWxpY2U6eA==", "Bearer", "Bearer ", ""}) {
    request.set(http::field::authorization, other);
    EXPECT_EQ(sessions.identify(request).error().problem, Problem::bad_session) << other;
  }
}

TEST_F(SessionsTest, TheCookieIsOutOfReachOfPagesAndOtherSites) {
  EXPECT_EQ(sessions.cookie_with("abc"), "blog_session=abc; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Strict");
  EXPECT_EQ(Sessions::cookie_cleared(), "blog_session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict");
}

TEST_F(SessionsTest, CookiesAreReadAsBrowsersSendThem) {
  const auto value = [&](const std::string& field) {
    request.set(http::field::cookie, field);
    return cookie_value(request, "blog_session").value_or("(none)");
  };
  EXPECT_EQ(value("blog_session=a"), "a");
  EXPECT_EQ(value("a=b;blog_session=c;d=e"), "c");
  EXPECT_EQ(value("xblog_session=a; blog_session=b=c"), "b=c");
  EXPECT_EQ(value("blog_session="), "(none)");
  EXPECT_EQ(value("blog_session"), "(none)");
  EXPECT_EQ(value(";;; =; "), "(none)");
  EXPECT_EQ(value("BLOG_SESSION=a"), "(none)");
}

TEST_F(SessionsTest, PagesOfOtherSitesAreKnown) {
  const auto cross = [](std::initializer_list<std::pair<const char*, const char*>> fields) {
    Request asked(http::verb::post, "/logout", 11);
    asked.set(http::field::host, "blog.example:8443");
    for (const auto& [name, value] : fields) asked.set(name, value);
    return is_cross_site(asked);
  };
  EXPECT_FALSE(cross({}));  // curl
  EXPECT_FALSE(cross({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://blog.example:8443"}}));
  EXPECT_FALSE(cross({{"Sec-Fetch-Site", "none"}}));
  EXPECT_TRUE(cross({{"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_TRUE(cross({{"Sec-Fetch-Site", "same-site"}}));
  EXPECT_FALSE(cross({{"Origin", "https://BLOG.example:8443"}}));
  EXPECT_TRUE(cross({{"Origin", "https://evil.example"}}));
  EXPECT_TRUE(cross({{"Origin", "https://blog.example:8443.evil.example"}}));
  EXPECT_TRUE(cross({{"Origin", "null"}}));
}

}  // namespace
}  // namespace suite::web
