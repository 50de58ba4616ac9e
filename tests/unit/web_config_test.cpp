// The settings, and the one line that refuses a bad one.
#include <gtest/gtest.h>

#include <cstdlib>

#include "common/settings.hpp"
#include "web_service/src/config.hpp"

namespace suite::web {
namespace {

class ConfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    set("DATABASE_URL", "postgresql://web:hidden-word@db/blog");
    set("EDGE_URL", "http://edge1:8081, http://[::1]:9081/");
    set("JWT_SECRET", "0123456789abcdef0123456789abcdef");
  }
  void TearDown() override {
    for (const auto& name : names_) unsetenv(name.c_str());
  }

  void set(const std::string& name, const std::string& value) {
    names_.push_back("WEB_" + name);
    setenv(names_.back().c_str(), value.c_str(), 1);
  }

  static Config read(std::vector<const char*> arguments = {}) {
    arguments.insert(arguments.begin(), "web_service");
    return read_config(static_cast<int>(arguments.size()), arguments.data()).value();
  }

  // The error line where `name` is `value`.
  std::string refusal(const std::string& name, const std::string& value) {
    set(name, value);
    std::string line;
    try {
      read();
    } catch (const BadSetting& bad) {
      line = bad.what();
    }
    TearDown();
    SetUp();
    EXPECT_NE(line.find("WEB_" + name), std::string::npos) << name << " in: " << line;
    EXPECT_EQ(line.find('\n'), std::string::npos);
    return line;
  }

 private:
  std::vector<std::string> names_;
};

TEST_F(ConfigTest, DefaultsAreThoseOfTheDesign) {
  const Config config = read();
  EXPECT_EQ(config.bind, "0.0.0.0");
  EXPECT_EQ(config.port, 3031);
  EXPECT_EQ(config.token_lifetime, std::chrono::seconds(86400));
  EXPECT_EQ(config.edge_token, "");
  EXPECT_GE(config.database_pool, 2);
  EXPECT_EQ(config.log.format, log::Format::json);
}

TEST_F(ConfigTest, EdgesMayBeSeveral) {
  const Config config = read();
  ASSERT_EQ(config.edges.size(), 2U);
  EXPECT_EQ(config.edges[0].authority, "edge1:8081");
  EXPECT_EQ(config.edges[1].host, "::1");
  EXPECT_EQ(config.edges[1].authority, "[::1]:9081");
}

TEST_F(ConfigTest, FlagsWinOverTheEnvironment) {
  set("PORT", "1");
  EXPECT_EQ(read({"--port", "4000"}).port, 4000);
}

TEST_F(ConfigTest, ABadValueIsNamedWithWhatIsAllowed) {
  refusal("PORT", "0");
  refusal("PORT", "70000");
  refusal("DATABASE_POOL", "0");
  refusal("DATABASE_POOL", "many");
  refusal("TOKEN_TTL_S", "0");
  refusal("LOG_LEVEL", "loud");
  refusal("LOG_FORMAT", "xml");
  refusal("BIND", "localhost");
  for (const auto* url :
       {"edge:8081", "https://edge", "http://edge/path", "http://user:x@edge", "http://", "ftp://edge"}) {
    refusal("EDGE_URL", url);
  }
}

TEST_F(ConfigTest, ASecretsFileMustBeThere) {
  set("JWT_SECRET_FILE", "/no/such/file");
  EXPECT_THROW(read(), BadSetting);
}

TEST_F(ConfigTest, WhatIsMissingIsNamed) {
  for (const auto* name : {"DATABASE_URL", "EDGE_URL", "JWT_SECRET"}) refusal(name, "");
}

TEST_F(ConfigTest, ARefusalTellsNoSecret) {
  EXPECT_EQ(refusal("DATABASE_URL", "postgresql://web:hidden-word@db:x:y/").find("hidden-word"), std::string::npos);
  EXPECT_EQ(refusal("JWT_SECRET", "hidden-word").find("hidden-word"), std::string::npos);
}

}  // namespace
}  // namespace suite::web
