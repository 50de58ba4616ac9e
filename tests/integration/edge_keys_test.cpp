// Keys and names of every kind, on every way that a client names or is told a key: frames, paths, snapshots, lookups.
#include <cstdio>

#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

class EdgeKeys : public EdgeTest {
 protected:
  EdgeKeys() { start_edge(); }

  // An entry by its key alone, `key` as JSON text.
  std::string lookup(const std::string& resource, const std::string& key) {
    return edge().post("/v1/snapshot/" + resource + "/lookup", R"({"key":)" + key + "}").body;
  }
  // A stream of a resource that these statements publish, which is empty yet.
  std::unique_ptr<SseClient> published(const std::string& resource, const std::string& statements) {
    auto reader = edge().stream("/v1/resources/" + resource + "?after=" + write(statements));
    EXPECT_EQ(reader->next().data, "[]") << statements;
    return reader;
  }
  // The whole life of an entry of `resource` (id, body) on a stream of it: it comes, changes and goes by its key.
  void lives(SseClient& reader, const std::string& resource, const std::string& literal, const std::string& key) {
    write("INSERT INTO " + resource + " VALUES (" + literal + ", 'first')");
    EXPECT_EQ(reader.next_change().keys(), Keys{key});
    write("UPDATE " + resource + " SET body = 'second' WHERE id = " + literal);
    const auto changed = reader.next_change();
    EXPECT_EQ(changed.keys(), Keys{key});
    EXPECT_EQ(changed.json()[0][1][0]["body"], "second");
    EXPECT_EQ(nlohmann::json::parse(lookup(resource, key)), changed.json()[0][1]);
    write("DELETE FROM " + resource + " WHERE id = " + literal);
    EXPECT_EQ(reader.next_change().removed(), Keys{key});
    EXPECT_EQ(lookup(resource, key), "[]");
  }
};

// Of a path: all but letters and digits as %XX.
std::string encoded(const std::string& text) {
  std::string path;
  for (const unsigned char c : text) {
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X", c);
    path += isalnum(c) ? std::string(1, static_cast<char>(c)) : code;
  }
  return path;
}

std::string literal(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
  return quoted + "'";
}

std::string json(const std::string& text) { return nlohmann::json(text).dump(); }

const std::vector<std::string> kTexts{"plain",
                                      "two words",
                                      "line\nbreak",
                                      "\r\n\r\nevent: end",
                                      "\ttab\b\f",
                                      "say \"hi\"",
                                      "it's",
                                      "back\\slash",
                                      "a/b//c",
                                      "100%",
                                      "%2F",
                                      "a+b&c=d?e#f",
                                      "{\"key\":1}",
                                      "[1]",
                                      "42",
                                      "null",
                                      "..",
                                      "~tilde",
                                      "\x01\x1f\x7f",
                                      "emoji \U0001F418",
                                      "\u00e4\u0308\u2028\u2029\ufeff",
                                      ""};

TEST_F(EdgeKeys, TextsOfAnyCharacters) {
  const auto reader = published("words",
                                "CREATE TABLE words (id text PRIMARY KEY, body text);"
                                "SELECT edge.publish('words', source => 'public.words', key => 'id')");
  for (const auto& text : kTexts) lives(*reader, "words", literal(text), json(text));

  std::string all = "INSERT INTO words VALUES ";
  for (const auto& text : kTexts) all += "(" + literal(text) + ", " + literal("of " + text) + "),";
  all.pop_back();
  const auto loaded = write(all);
  EXPECT_TRUE(shows(*reader, "words"));
  auto fresh = stream("/v1/resources/words?after=" + loaded);
  EXPECT_EQ(fresh->fold(), reader->fold());
  for (const auto& text : kTexts) {
    if (text.empty()) continue;  // no path can name it; lookups can
    const auto reply = edge().get("/v1/resources/words/" + encoded(text));
    ASSERT_EQ(reply.status, 200U) << json(text) << " " << reply.body;
    EXPECT_EQ(reply.json()["id"], text);
    auto single = stream("/v1/resources/words/" + encoded(text));
    EXPECT_EQ(single->fold().begin()->first, json(text));
  }
}

TEST_F(EdgeKeys, TextsOfAnyLength) {
  const auto reader =
      published("words",
                "CREATE TABLE words (id text, body text);"  // no index: of random bytes it could not hold 2,704
                "SELECT edge.publish('words', source => 'public.words', key => 'id')");
  const std::string narrow(8000, 'x');
  std::string wide;  // 8,000 bytes, too, and three times as many in a path
  while (wide.size() < 8000) wide += "\U0001F418";
  const std::string vast(100'000, 'y');
  for (const auto& text : {narrow, wide, vast}) lives(*reader, "words", literal(text), json(text));

  write("INSERT INTO words VALUES (" + literal(narrow) + ", 'narrow')");
  write("INSERT INTO words VALUES (" + literal(wide) + ", 'wide')");
  EXPECT_TRUE(shows(*reader, "words"));
  EXPECT_EQ(edge().get("/v1/resources/words/" + narrow).json()["body"], "narrow");
  const auto too_long = edge().get("/v1/resources/words/" + encoded(wide));
  EXPECT_EQ(too_long.status, 431U);
  EXPECT_EQ(too_long.error(), "header_too_large");
  EXPECT_EQ(nlohmann::json::parse(lookup("words", json(wide)))[0]["body"], "wide");
}

TEST_F(EdgeKeys, IntegersBeyondWhatADoubleHoldsAreStrings) {
  const auto reader = published("numbers",
                                "CREATE TABLE numbers (id bigint PRIMARY KEY, body text);"
                                "SELECT edge.publish('numbers', source => 'public.numbers', key => 'id')");
  for (const auto* number : {"0", "-1", "9007199254740991", "-9007199254740991"})
    lives(*reader, "numbers", number, number);
  for (const auto* number : {"9007199254740992", "9007199254740993", "-9007199254740992", "9223372036854775807"}) {
    lives(*reader, "numbers", number, json(number));
  }
  const auto full =
      write("INSERT INTO numbers VALUES (9007199254740992, 'even'), (9007199254740993, 'odd'), (7, 'small')");
  const auto body = [&](const std::string& path) { return edge().get("/v1/resources/numbers/" + path).json()["body"]; };
  EXPECT_EQ(edge().get("/v1/resources/numbers/7?after=" + full).json()["body"], "small");
  EXPECT_EQ(body("9007199254740992"), "even");
  EXPECT_EQ(body("9007199254740993"), "odd");
  EXPECT_EQ(lookup("numbers", "9007199254740993"), lookup("numbers", "\"9007199254740993\""));
  EXPECT_EQ(lookup("numbers", "\"7\""), lookup("numbers", "7")) << "a key is found by number and by string";
  for (const auto* wrong : {"9223372036854775808", "7.0", "0x7", "seven", "7%20"}) {
    EXPECT_EQ(edge().get(std::string("/v1/resources/numbers/") + wrong).error(), "unknown_entry") << wrong;
  }
}

TEST_F(EdgeKeys, OfOtherTypes) {
  const auto made = write(
      "CREATE TYPE colour AS ENUM ('red', 'deep blue'); CREATE DOMAIN even AS int CHECK (value % 2 = 0);"
      "CREATE SCHEMA kinds");
  const std::vector<std::vector<std::string>> kinds{
      {"uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\""},
      {"smallint", "-3", "-3"},
      {"public.even", "4", "4"},
      {"boolean", "true", "\"t\""},
      {"public.colour", "'deep blue'", "\"deep blue\""},
      {"char(5)", "'ab'", "\"ab   \""},
      {"varchar(5)", "'ab'", "\"ab\""},
      {"date", "'0044-03-15 BC'", "\"0044-03-15 BC\""},
      {"timestamptz", "'2026-01-31 01:02:03.4+05'", "\"2026-01-30 20:02:03.4+00\""},
      {"timestamp", "'infinity'", "\"infinity\""},
      {"numeric", "1.50", "\"1.50\""},
      {"double precision", "'-0.1'", "\"-0.1\""},
  };
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto table = "kinds.k" + std::to_string(i);
    const auto name = "k" + std::to_string(i);
    const auto reader =
        published(name, "CREATE TABLE " + table + " (id " + kinds[i][0] + ", body text);" + "SELECT edge.publish('" +
                            name + "', source => '" + table + "', key => 'id')");
    const auto there = write("INSERT INTO " + table + " VALUES (" + kinds[i][1] + ", 'x'), (NULL, 'no entry')");
    EXPECT_EQ(reader->next_change().keys(), Keys{kinds[i][2]}) << kinds[i][0];
    const auto text = nlohmann::json::parse(kinds[i][2]);
    const auto path = encoded(text.is_string() ? text.get<std::string>() : text.dump());
    const auto single = edge().get("/v1/resources/" + name + "/" + path + "?after=" + there);
    EXPECT_EQ(single.status, 200U) << kinds[i][0] << " " << single.body;
    EXPECT_NE(lookup(name, kinds[i][2]), "[]") << kinds[i][0];
    write("DELETE FROM " + table);
    EXPECT_EQ(reader->next_change().removed(), Keys{kinds[i][2]}) << kinds[i][0];
  }
  EXPECT_EQ(edge().get("/v1/resources/k0/not-a-uuid").error(), "unknown_entry");
}

TEST_F(EdgeKeys, Composite) {
  const auto reader =
      published("pairs",
                "CREATE TABLE pairs (a text, \"B c\" bigint, u uuid, body text);"
                "SELECT edge.publish('pairs', source => 'public.pairs', key => 'a,\"B c\",u', sort => '-\"B c\"')");
  const std::string uuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
  const auto key = [&](const std::string& a, const std::string& b) {
    return "[" + json(a) + "," + b + ",\"" + uuid + "\"]";
  };
  for (const auto& text : kTexts) {
    write("INSERT INTO pairs VALUES (" + literal(text) + ", 9007199254740993, '" + uuid + "', 'first')");
    EXPECT_EQ(reader->next_change().keys(), Keys{key(text, "\"9007199254740993\"")});
    EXPECT_EQ(edge().get("/v1/resources/pairs/" + encoded(key(text, "\"9007199254740993\""))).json()["body"], "first");
    write("UPDATE pairs SET \"B c\" = 7");
    const auto moved = reader->next_change();
    EXPECT_EQ(moved.removed(), Keys{key(text, "\"9007199254740993\"")});
    EXPECT_EQ(moved.keys().size(), 2U);
    EXPECT_NE(lookup("pairs", key(text, "7")), "[]");
    write("UPDATE pairs SET u = NULL");
    EXPECT_EQ(reader->next_change().removed(), Keys{key(text, "7")}) << "a key with a null is none";
    write("DELETE FROM pairs");
  }
  for (const auto* wrong : {"x", "[]", "[\"plain\",7]", "[\"plain\",7,\"no uuid\"]", "[\"plain\",7,null]"}) {
    EXPECT_EQ(edge().get("/v1/resources/pairs/" + encoded(wrong)).error(), "unknown_entry") << wrong;
  }
}

TEST_F(EdgeKeys, QuotedNamesInASchemaOfTheirOwn) {
  const auto token = write(
      R"(CREATE SCHEMA "Odd. ""Place";
         CREATE TABLE "Odd. ""Place"."Mixed, Table" ("Key ""Col" text PRIMARY KEY, "sel ect" int, "$1" text[], "%s" int);
         INSERT INTO "Odd. ""Place"."Mixed, Table" VALUES ('a', 1, '{x,"y z"}', 3), ('b', 2, '{x}', 2), ('c', 2, NULL, 1);
         CREATE VIEW "Odd. ""Place"."A View" AS SELECT * FROM "Odd. ""Place"."Mixed, Table" WHERE "%s" > 0;
         SELECT edge.publish('odd-1', source => '"Odd. ""Place"."A View"', key => '"Key ""Col"', sort => '-"sel ect",%s',
                             filters => '{"sel ect",$1}'))");
  const auto keys = [&](const std::string& query) {
    return edge().stream("/v1/resources/odd-1" + query)->next().keys();
  };
  EXPECT_EQ(keys("?after=" + token), (Keys{"\"c\"", "\"b\"", "\"a\""}));
  EXPECT_EQ(keys("?sel%20ect=2"), (Keys{"\"c\"", "\"b\""}));
  EXPECT_EQ(keys("?%241=x&%241=y+z"), Keys{"\"a\""});
  auto reader = stream("/v1/resources/odd-1");
  write(R"(UPDATE "Odd. ""Place"."Mixed, Table" SET "%s" = 0 WHERE "Key ""Col" = 'c')");
  EXPECT_EQ(reader->next_change().removed(), Keys{"\"c\""});
  write(R"(INSERT INTO "Odd. ""Place"."Mixed, Table" VALUES ('d', 9, '{}', 9))");
  EXPECT_EQ(reader->next_change().keys(), Keys{"\"d\""});
}

TEST_F(EdgeKeys, AnotherKeyOfTheSameResourceIsADifference) {
  const auto first = add_post("one");
  const auto second = add_post("two");
  auto reader = stream("/v1/resources/posts?after=" + write("SELECT 1"));
  auto single = stream("/v1/resources/posts/" + first);
  write("SELECT edge.publish('posts', source => 'public.published_posts', key => 'title', sort => '-id')");
  const auto change = reader->next_change();
  EXPECT_EQ(change.removed().size(), 2U);
  EXPECT_EQ(change.keys().size(), 4U);
  EXPECT_EQ(reader->fold(), database().view("published_posts", "", "title"));
  EXPECT_EQ(single->next_change().removed(), Keys{first}) << "no entry is called so any more";
  write("UPDATE posts SET title = 'three' WHERE id = " + second);
  EXPECT_EQ(reader->next_change().removed(), Keys{"\"two\""});
  EXPECT_EQ(reader->fold(), database().view("published_posts", "", "title"));
}

TEST_F(EdgeKeys, OneViewUnderTwoNames) {
  const auto post = add_post("one");
  const auto token =
      write("SELECT edge.publish('again', source => 'public.published_posts', key => 'id', sort => 'id')");
  auto reader = stream("/v1/resources/posts");
  auto again = edge().stream("/v1/resources/again?after=" + token);
  EXPECT_EQ(again->next().keys(), Keys{post});
  write("UPDATE posts SET title = 'two'");
  EXPECT_EQ(reader->next_change().keys(), Keys{post});
  EXPECT_EQ(again->next_change().keys(), Keys{post});
  write("SELECT edge.unpublish('again')");
  EXPECT_EQ(again->next_change().reason(), "unpublished");
  EXPECT_TRUE(nothing_more(*reader));
}

}  // namespace
}  // namespace suite::test
