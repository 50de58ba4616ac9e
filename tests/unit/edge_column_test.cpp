// Images compare as PostgreSQL compares. Every list here was ordered by PostgreSQL.
#include <gtest/gtest.h>

#include "edge_service/src/column.hpp"

namespace edge {
namespace {

Column of(Kind kind) { return {"c", kind, false, {"sad", "fine", "glad"}}; }

// Each inner list are forms of one value; the lists ascend.
void expect_order(Kind kind, const std::vector<std::vector<std::string>>& ascending) {
  const Column column = of(kind);
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (const auto& form : ascending[i]) {
      EXPECT_EQ(column.image_of(form), column.image_of(ascending[i][0])) << form << " equals " << ascending[i][0];
      for (std::size_t j = 0; j < i; ++j) {
        for (const auto& lower : ascending[j]) {
          EXPECT_LT(column.image_of(lower), column.image_of(form)) << lower << " before " << form;
        }
      }
    }
  }
}

void expect_refused(Kind kind, const std::vector<std::string>& texts) {
  for (const auto& text : texts) EXPECT_FALSE(of(kind).image_of_parameter(text)) << text;
}

// A parameter, cast, equals the value delivered.
void expect_cast(Kind kind, const std::string& given, const std::string& delivered) {
  EXPECT_EQ(of(kind).image_of_parameter(given), of(kind).image_of(delivered)) << given;
}

TEST(Column, Integers) {
  expect_order(Kind::integer, {{"-9223372036854775808"},
                               {"-256"},
                               {"-255"},
                               {"-1"},
                               {"0"},
                               {"1"},
                               {"255"},
                               {"256"},
                               {"65536"},
                               {"9223372036854775807"}});
  expect_cast(Kind::integer, " +7 ", "7");
  expect_cast(Kind::integer, "007", "7");
  expect_refused(Kind::integer, {"", " ", "x", "1.0", "1e3", "9223372036854775808", "+-1", "++1", "1 2"});
  EXPECT_THROW(of(Kind::integer).image_of("x"), std::runtime_error);
}

TEST(Column, Floats) {
  expect_order(Kind::floating, {{"-Infinity"},
                                {"-1e308"},
                                {"-1.5"},
                                {"-1"},
                                {"-1e-300"},
                                {"0", "-0", "0.0"},
                                {"1e-300"},
                                {"0.5"},
                                {"1", "1.0", "1e0"},
                                {"2"},
                                {"10"},
                                {"1e308"},
                                {"Infinity"},
                                {"NaN"}});
  expect_cast(Kind::floating, "+1.50", "1.5");
  expect_cast(Kind::floating, "inf", "Infinity");
  expect_cast(Kind::floating, "nan", "NaN");
  expect_refused(Kind::floating, {"", "x", "1e999", "1,5", "0x10", "+-1", "++1"});
}

TEST(Column, Numerics) {
  expect_order(Kind::numeric, {{"-Infinity"},
                               {"-1000000000000000000000"},
                               {"-123.45"},
                               {"-123.4"},
                               {"-100", "-1e2"},
                               {"-99.999"},
                               {"-1"},
                               {"-0.5"},
                               {"-0.05"},
                               {"-0.0001"},
                               {"0", "-0", "0.000", "0e5"},
                               {"0.0001"},
                               {"0.05"},
                               {"0.5", ".5"},
                               {"1", "1.0", "1.00", "1e0", "0.1e1", "001"},
                               {"1.000000000000000000000000000001"},
                               {"9"},
                               {"9.99"},
                               {"10", "1E1", "10."},
                               {"12"},
                               {"100"},
                               {"123.4"},
                               {"123.45"},
                               {"1000000000000000000000"},
                               {"1000000000000000000001"},
                               {"Infinity"},
                               {"NaN"}});
  expect_cast(Kind::numeric, " +1.50 ", "1.5");
  expect_cast(Kind::numeric, "-inf", "-Infinity");
  expect_refused(Kind::numeric, {"", "-", ".", "x", "1e", "1.2.3", "--1", "1 2", "1e99999999999"});
}

TEST(Column, Booleans) {
  expect_order(Kind::boolean, {{"f"}, {"t"}});
  for (const auto* yes : {"t", "true", "TRUE", "tr", "y", "yes", "on", "1", " true "})
    expect_cast(Kind::boolean, yes, "t");
  for (const auto* no : {"f", "false", "n", "no", "of", "off", "0"}) expect_cast(Kind::boolean, no, "f");
  expect_refused(Kind::boolean, {"", "o", "maybe", "2", "truee", "10"});
}

TEST(Column, TextsByBytes) {
  expect_order(Kind::text, {{""}, {" "}, {"A"}, {"B"}, {"Ba"}, {"a"}, {"ab"}, {"b"}, {"\xc3\xa4"}, {"\xe2\x82\xac"}});
  expect_cast(Kind::text, " kept as it is ", " kept as it is ");
  expect_refused(Kind::text, {std::string("a\0b", 3)});
}

TEST(Column, Uuids) {
  const std::string one = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
  expect_order(Kind::uuid, {{"00000000-0000-0000-0000-000000000000"}, {one}, {"ffffffff-ffff-ffff-ffff-ffffffffffff"}});
  for (const auto* form : {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
                           "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}", "a0eebc999c0b4ef8bb6d6bb9bd380a11",
                           "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}"}) {
    expect_cast(Kind::uuid, form, one);
  }
  expect_refused(Kind::uuid, {"", "a0eebc99", one + "0", one + "-", "-" + one, "g" + one.substr(1),
                              "a0-eebc999c0b4ef8bb6d6bb9bd380a11", "{" + one, "a0ee--bc999c0b4ef8bb6d6bb9bd380a11"});
}

TEST(Column, Instants) {
  for (const Kind kind : {Kind::timestamp, Kind::timestamptz}) {
    expect_order(kind,
                 {{"-infinity"}, {"-210866803200000000"}, {"-1"}, {"0"}, {"1"}, {"1763794800000000"}, {"infinity"}});
    expect_cast(kind, "1970-01-01", "0");
    expect_cast(kind, "1970-01-01T00:00", "0");
    expect_cast(kind, "1970-01-01 00:00:01.5", "1500000");
    expect_cast(kind, "1969-12-31T23:59:59.999999", "-1");
    expect_cast(kind, "2000-02-29T12:00:00", "951825600000000");
    expect_cast(kind, "Infinity", "infinity");
    expect_refused(kind, {"", "now", "tomorrow", "2026-13-01", "2026-02-29", "2026-01-01T25:00", "2026-01-01T10:61",
                          "2026-01-01T10:00:00.", "2026-1-1", "01/02/2026", "2026-01-01T10:00:00 x"});
  }
  expect_cast(Kind::timestamptz, "1970-01-01T02:00:00+02:00", "0");
  expect_cast(Kind::timestamptz, "1970-01-01T02:00:00+0200", "0");
  expect_cast(Kind::timestamptz, "1969-12-31T19:00:00-05", "0");
  expect_cast(Kind::timestamptz, "1970-01-01T00:00:00Z", "0");
  expect_cast(Kind::date, "1970-01-02", "86400000000");
  expect_refused(Kind::date, {"", "x", "2026-02-30", "1970-01-01x"});
}

TEST(Column, EnumerationsByTheirLabelsOrder) {
  expect_order(Kind::enumeration, {{"sad"}, {"fine"}, {"glad"}});
  expect_cast(Kind::enumeration, "fine", "fine");
  expect_refused(Kind::enumeration, {"", "Fine", "angry", " sad"});
  EXPECT_THROW(of(Kind::enumeration).image_of("angry"), std::runtime_error);
}

TEST(Column, EveryKindHasANameAndAnExpectation) {
  for (const auto* name :
       {"integer", "float", "numeric", "boolean", "text", "uuid", "date", "timestamp", "timestamptz", "enum"}) {
    const auto kind = kind_of(name);
    ASSERT_TRUE(kind) << name;
    EXPECT_FALSE(of(*kind).expectation().empty()) << name;
  }
  EXPECT_FALSE(kind_of("json"));
}

// char(n): PostgreSQL compares it without its blanks at the end, and delivers it so when cast to text.
TEST(Column, BlanksAtTheEndOfACharAreNoPartOfIt) {
  Column column;
  column.kind = *kind_of("char");
  for (const auto* given : {"ab", "ab ", "ab    "}) EXPECT_EQ(column.image_of_parameter(given), column.image_of("ab"));
  EXPECT_EQ(column.image_of_parameter("    "), column.image_of(""));
  EXPECT_NE(column.image_of_parameter(" ab"), column.image_of("ab"));
}

}  // namespace
}  // namespace edge
