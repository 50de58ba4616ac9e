#include <gtest/gtest.h>

#include <algorithm>

#include "edge_service/src/entry.hpp"
#include "tests/unit/edge_rows.hpp"

namespace edge {
namespace {

using test::entry_of;
using test::Row;

TEST(Entry, HoldsKeyAndValueAsTheyCame) {
  const auto declaration = test::row_declaration();
  const Row row{7, 3, 2, {"a"}, "line\nend"};
  const auto entry = entry_of(*declaration, row);
  EXPECT_EQ(entry->key(), "7");
  EXPECT_EQ(entry->value(), row.value());
  EXPECT_TRUE(entry->same_as(*entry_of(*declaration, row)));
  EXPECT_FALSE(entry->same_as(*entry_of(*declaration, {7, 3, 2, {"a"}, "other"})));
}

TEST(Entry, SortsByTheDeclarationWithNullsLast) {
  const auto declaration = test::row_declaration();
  std::vector<EntryPtr> entries;
  for (const auto& row : std::vector<Row>{{10, 5}, {2, 5}, {3, {}}, {1, {}}, {4, -1}, {5, 1000}, {6, 0}}) {
    entries.push_back(entry_of(*declaration, row));
  }
  std::sort(entries.begin(), entries.end(), ByOrder());
  EXPECT_EQ(test::keys_of(entries), (std::vector<std::string>{"5", "2", "10", "6", "4", "1", "3"}));
}

TEST(Entry, OrdersTextsOfWhichOneBeginsTheOther) {
  for (const bool descending : {false, true}) {
    const auto declaration = Declaration::parse(
        R"({"name":"n","revision":1,"view":"v","key":["b"],"load":"","filters":[],"columns":[
            {"name":"a","kind":"text","array":false},{"name":"b","kind":"text","array":false}],
            "sort":[{"column":0,"descending":)" +
        std::string(descending ? "true" : "false") + R"(},{"column":1,"descending":false}]})");
    const auto make = [&](std::string_view a, std::string_view b) {
      return Entry::make(*declaration, "\"" + std::string(b) + "\"", std::vector<Delivered>{a, b}, "{}");
    };
    // The key must not be taken for the rest of the text before it.
    EXPECT_EQ(ByOrder::before(*make("a", "z"), *make("ab", "a")), !descending);
    EXPECT_EQ(ByOrder::before(*make("", "z"), *make("a", "a")), !descending);
    EXPECT_TRUE(ByOrder::before(*make("a", "a"), *make("a", "b")));
  }
}

TEST(Entry, MatchesByImages) {
  const auto declaration = test::row_declaration();
  const auto entry = entry_of(*declaration, {1, 2, 77, {"a", "bc", ""}, ""});
  const auto image = [&](std::size_t column, const std::string& text) {
    return *declaration->columns[column].image_of_parameter(text);
  };
  EXPECT_EQ(declaration->matched_columns(), (std::vector<std::size_t>{2, 3}));
  EXPECT_TRUE(entry->has_image(0, image(2, "77")));
  EXPECT_FALSE(entry->has_image(0, image(2, "7")));
  for (const auto* tag : {"a", "bc", ""}) EXPECT_TRUE(entry->has_image(1, image(3, tag))) << tag;
  for (const auto* tag : {"b", "abc", "c"}) EXPECT_FALSE(entry->has_image(1, image(3, tag))) << tag;
  std::size_t count = 0;
  entry->each_image(1, [&](std::string_view) { ++count; });
  EXPECT_EQ(count, 3U);
}

TEST(Entry, NullElementsMatchNothing) {
  const auto declaration = test::row_declaration();
  const auto entry =
      Entry::make(*declaration, "1", std::vector<Delivered>{"1", "1", std::nullopt, R"([null,"x"])"}, "{}");
  EXPECT_FALSE(entry->has_image(0, ""));
  EXPECT_FALSE(entry->has_image(1, ""));
  EXPECT_TRUE(entry->has_image(1, "x"));
}

TEST(Entry, RefusesWhatIsNotAsDeclared) {
  const auto declaration = test::row_declaration();
  EXPECT_THROW(Entry::make(*declaration, "1", std::vector<Delivered>{"1", "1"}, "{}"), std::runtime_error);
  EXPECT_THROW(Entry::make(*declaration, "1", std::vector<Delivered>{"x", "1", "1", "[]"}, "{}"), std::runtime_error);
}

TEST(Declaration, KeysFromPathsAndJson) {
  const auto integer = test::row_declaration();
  EXPECT_EQ(integer->key_from_path("42"), "42");
  EXPECT_EQ(integer->key_from_path("-0042"), "-42");
  EXPECT_EQ(integer->key_from_path("9007199254740991"), "9007199254740991");
  EXPECT_EQ(integer->key_from_path("9007199254740993"), "\"9007199254740993\"") << "not exact as a JSON number";
  for (const auto* none : {"", "x", "1.5", "1 ", "99999999999999999999"})
    EXPECT_FALSE(integer->key_from_path(none)) << none;
  EXPECT_EQ(integer->key_from_json("42"), "42");
  EXPECT_EQ(integer->key_from_json("\"42\""), "42");
  for (const auto* none : {"", "null", "[42]", "4.5", "{}"}) EXPECT_FALSE(integer->key_from_json(none)) << none;

  const auto composite = Declaration::parse(
      R"({"name":"n","revision":1,"view":"v","key":["a","u"],"load":"","filters":[],"columns":[
          {"name":"a","kind":"text","array":false},{"name":"u","kind":"uuid","array":false}],"sort":[]})");
  EXPECT_EQ(composite->key_from_path(R"(["x\"y","A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"])"),
            R"(["x\"y","a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"])");
  for (const auto* none : {"x", "[]", R"(["x"])", R"(["x","y"])", R"(["x",null])"}) {
    EXPECT_FALSE(composite->key_from_path(none)) << none;
  }
}

TEST(Declaration, RefusesWhatBreaksTheContract) {
  for (const auto* text : {"", "[]", "{}", R"({"name":"n"})",
                           R"({"name":"n","revision":1,"view":"v","key":["a"],"load":"","filters":[],"columns":[],
                               "sort":[{"column":0,"descending":true}]})",
                           R"({"name":"n","revision":1,"view":"v","key":["a"],"load":"","filters":[],
                               "columns":[{"name":"a","kind":"point","array":false}],"sort":[]})"}) {
    EXPECT_THROW(Declaration::parse(text), std::runtime_error) << text;
  }
}

}  // namespace
}  // namespace edge
