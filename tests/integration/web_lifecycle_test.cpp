// How the program starts and ends.
#include <csignal>
#include <thread>

#include "tests/support/web_test.hpp"

namespace suite::test {
namespace {

class WebLifecycleTest : public WebTest {};

TEST_F(WebLifecycleTest, ItEndsWithZeroWhenTold) {
  for (const int number : {SIGTERM, SIGINT}) {
    restart();
    service().signal(number);
    EXPECT_EQ(service().wait(), 0);
    EXPECT_EQ(service().count("stopped"), 1U);
  }
}

TEST_F(WebLifecycleTest, WhatWasBegunIsAnswered) {
  const auto token = login("alice");
  Sql holder(database().url("postgres"));
  holder("BEGIN");
  holder("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE");
  Reply reply;
  std::thread writer([&] { reply = send("POST", "/posts", {{"title", "t"}, {"content", "c"}}, token); });
  ASSERT_TRUE(eventually([&] { return sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0"; }));
  service().signal(SIGTERM);
  ASSERT_TRUE(service().logs("draining"));
  EXPECT_TRUE(service().running());
  holder("ROLLBACK");
  writer.join();
  EXPECT_EQ(reply.status, 201U);
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_EQ(service().wait(), 0);
}

TEST_F(WebLifecycleTest, BadSettingsEndItWithTwoAndOneLine) {
  const auto refusal = [&](const std::string& name, const std::string& value) {
    auto settings = environment();
    settings[name] = value;
    Process child({WEB_SERVICE_BINARY}, settings);
    EXPECT_EQ(child.wait(), 2) << name;
    const auto said = child.output();
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    EXPECT_NE(said.find(name), std::string::npos) << said;
    EXPECT_EQ(said.find(kSecret), std::string::npos);
  };
  refusal("WEB_PORT", "99999");
  refusal("WEB_DATABASE_URL", "");
  refusal("WEB_DATABASE_URL", "nonsense");
  refusal("WEB_EDGE_URL", "edge:8081");
  refusal("WEB_JWT_SECRET", "short");
  refusal("WEB_JWT_SECRET", "");
}

TEST_F(WebLifecycleTest, AnUnknownFlagIsRefused) {
  Process child({WEB_SERVICE_BINARY, "--no-such-flag"}, environment());
  EXPECT_EQ(child.wait(), 2);
}

TEST_F(WebLifecycleTest, HelpAndVersionNeedNoSettings) {
  Process help({WEB_SERVICE_BINARY, "--help"}, {});
  EXPECT_EQ(help.wait(), 0);
  for (const auto* name : {"--database-url", "WEB_EDGE_URL", "WEB_JWT_SECRET_FILE", "86400"}) {
    EXPECT_NE(help.output().find(name), std::string::npos) << name;
  }
  Process version({WEB_SERVICE_BINARY, "--version"}, {});
  EXPECT_EQ(version.wait(), 0);
}

TEST_F(WebLifecycleTest, APortThatIsTakenIsNamed) {
  Process second({WEB_SERVICE_BINARY}, environment());
  EXPECT_EQ(second.wait(), 1);
  EXPECT_EQ(second.count("start_failed"), 1U);
  EXPECT_NE(second.output().find(std::to_string(port())), std::string::npos);
}

}  // namespace
}  // namespace suite::test
