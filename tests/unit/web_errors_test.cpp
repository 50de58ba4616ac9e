// The shape of every error.
#include <gtest/gtest.h>

#include "web_service/src/errors.hpp"

namespace suite::web {
namespace {

nlohmann::json body_of(const Reply& reply) { return nlohmann::json::parse(reply.body); }

TEST(ErrorsTest, EveryProblemSaysWhatAndHowToMend) {
  for (int number = 0; number <= static_cast<int>(Problem::edge_unavailable); ++number) {
    const Reply reply = reply_of({static_cast<Problem>(number)});
    const auto body = body_of(reply);
    EXPECT_GE(static_cast<unsigned>(reply.status), 400U);
    EXPECT_FALSE(body.at("error").get<std::string>().empty());
    EXPECT_GT(body.at("message").get<std::string>().size(), 15U);
    EXPECT_FALSE(body.contains("field"));
    EXPECT_NE(reply.head.find("application/json"), std::string_view::npos);
  }
}

TEST(ErrorsTest, TheFieldIsNamedWhereOneIsToBlame) {
  const Reply reply = reply_of({Problem::conflict, "this username is taken", "username"});
  EXPECT_EQ(reply.status, Status::conflict);
  EXPECT_EQ(body_of(reply),
            (nlohmann::json{{"error", "conflict"}, {"message", "this username is taken"}, {"field", "username"}}));
}

TEST(ErrorsTest, WhoShouldComeBackIsToldWhen) {
  EXPECT_EQ(reply_of({Problem::busy}).extra, "Retry-After: 1\r\n");
  EXPECT_EQ(reply_of({Problem::too_many_attempts}).extra, "Retry-After: 5\r\n");
  EXPECT_EQ(reply_of({Problem::outcome_unknown}).extra, "");  // to send it again blindly may do it twice
}

TEST(ErrorsTest, A401CarriesItsChallenge) {
  EXPECT_EQ(reply_of({Problem::no_session}).extra, "WWW-Authenticate: Bearer realm=\"blog\"\r\n");
}

TEST(ErrorsTest, TextOfAClientIsNoJsonOfOurs) {
  const auto body = body_of(reply_of({Problem::invalid, "\"},{\"x\":\"\r\n\xff", "a\"b"}));
  EXPECT_EQ(body.at("field"), "a\"b");
}

}  // namespace
}  // namespace suite::web
