// What libpq is told beyond WEB_DATABASE_URL.
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <map>
#include <memory>

#include "web_service/src/connection_string.hpp"

namespace suite::web {
namespace {

std::map<std::string, std::string> parsed(const std::string& given) {
  const auto text = connection_string(given);
  if (!text) return {};
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(text->c_str(), nullptr),
                                                                             &PQconninfoFree);
  std::map<std::string, std::string> values;
  for (auto* option = options.get(); option && option->keyword; ++option) {
    if (option->val) values[option->keyword] = option->val;
  }
  return values;
}

TEST(ConnectionStringTest, AUrlAndKeywordsMeanTheSame) {
  auto url = parsed("postgresql://web:a%27b%5C@db:5433/blog");
  EXPECT_EQ(url["password"], "a'b\\");
  EXPECT_EQ(url["host"], "db");
  EXPECT_EQ(url["port"], "5433");
  EXPECT_EQ(url["client_encoding"], "UTF8");
  EXPECT_EQ(url, parsed("host=db port=5433 user=web dbname=blog password='a\\'b\\\\'"));
}

TEST(ConnectionStringTest, WhatIsGivenWinsExceptWhereAnswersDependOnIt) {
  auto values = parsed(
      "host=db application_name=mine connect_timeout=9 client_encoding=LATIN1 "
      "options='-c statement_timeout=1h -c TimeZone=Europe/Berlin'");
  EXPECT_EQ(values["application_name"], "mine");
  EXPECT_EQ(values["connect_timeout"], "9");
  EXPECT_EQ(values["client_encoding"], "UTF8");
  const auto& options = values["options"];
  EXPECT_LT(options.find("statement_timeout=5s"), options.find("statement_timeout=1h"));  // the last one counts
  EXPECT_LT(options.find("TimeZone=Europe"), options.find("TimeZone=UTC"));
}

TEST(ConnectionStringTest, WhatLibpqDoesNotUnderstandIsNothing) {
  for (const auto* given :
       {"db", "postgresql://db:port:x/", "host='db", "no_such_keyword=1", "postgresql://db/?nope=1"}) {
    EXPECT_FALSE(connection_string(given)) << given;
  }
}

}  // namespace
}  // namespace suite::web
