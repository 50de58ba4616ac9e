// What edges write and read as text: frames, paths, words.
#include <gtest/gtest.h>

#include "edge_service/src/contents.hpp"
#include "edge_service/src/request_path.hpp"
#include "edge_service/src/sse.hpp"
#include "edge_service/src/words.hpp"
#include "tests/unit/edge_rows.hpp"

namespace edge {
namespace {

EntryPtr entry(const std::string& key, const std::string& value) {
  static const auto declaration = test::row_declaration();
  return Entry::make(*declaration, key, std::vector<Delivered>{"1", "1", "1", "[]"}, value);
}

TEST(Sse, Frames) {
  EXPECT_EQ(sse::init("v1", {}), "event: init\nid: v1\ndata: []\n\n");
  EXPECT_EQ(sse::init("v1", {entry("1", "{\"a\":1}"), entry("\"x\"", "{}")}),
            "event: init\nid: v1\ndata: [[1,[{\"a\":1}]],[\"x\",[{}]]]\n\n");
  EXPECT_EQ(sse::update("v2", {{entry("1", "{}"), entry("1", "[]")}, {entry("2", "{}"), nullptr}}),
            "event: update\nid: v2\ndata: [[1,[[]]],[2,[]]]\n\n");
  EXPECT_EQ(sse::heartbeat("v3", "2026-11-22T07:00:00.123Z", 5),
            "event: heartbeat\nid: v3\ndata: {\"fresh_as_of\":\"2026-11-22T07:00:00.123Z\",\"staleness_ms\":5}\n\n");
  EXPECT_EQ(sse::end("drain"), "event: end\ndata: {\"reason\":\"drain\"}\n\n");
}

TEST(Sse, LineEndsInAValueBeginDataLines) {
  EXPECT_EQ(sse::init("v", {entry("1", "{\n\"a\":\r1,\r\n\"b\":\n\n2}")}),
            "event: init\nid: v\ndata: [[1,[{\ndata: \"a\":\ndata: 1,\ndata: \"b\":\ndata: \ndata: 2}]]]\n\n");
  EXPECT_EQ(sse::init("v", {entry("1", "\r")}), "event: init\nid: v\ndata: [[1,[\ndata: ]]]\n\n");
  const auto injected = sse::update("v", {{nullptr, entry("1", "[\n\n\nevent: end\ndata: {}\n\n]")}});
  EXPECT_EQ(injected.find("\nevent: end"), std::string::npos);
  EXPECT_EQ(injected.find("\n\n"), injected.size() - 2);
}

TEST(Contents, BodiesTagsAndPrivacy) {
  const std::vector<EntryPtr> entries{entry("1", "{\"a\":1}"), entry("2", "{}")};
  const Contents window(entries, "v1", false, false), same(entries, "v2", false, false),
      own(entries, "v1", false, true);
  EXPECT_EQ(window.plain().body, "[{\"a\":1},{}]");
  EXPECT_EQ(window.plain().etag, same.plain().etag) << "made of the contents, not of the version";
  EXPECT_NE(window.plain().etag, window.gzip().etag);
  EXPECT_EQ(Contents({}, "v", false, false).plain().body, "[]");
  EXPECT_EQ(Contents({entries[0]}, "v", true, false).plain().body, "{\"a\":1}");
  EXPECT_NE(window.plain().head.find("Cache-Control: no-cache\r\n"), std::string::npos);
  EXPECT_NE(own.plain().head.find("Cache-Control: private, no-store\r\n"), std::string::npos);
  EXPECT_EQ(&window.init_frame(), &window.init_frame()) << "serialized once";
}

TEST(RequestPath, IsTakenApart) {
  const auto path = RequestPath::parse("/v1/resources/my%20posts/a%2Fb?limit=1&x=%20");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->segments, (std::vector<std::string>{"v1", "resources", "my posts", "a/b"}));
  EXPECT_EQ(path->query, "limit=1&x=%20");
  EXPECT_TRUE(path->is({"v1", "resources"}, 2));
  EXPECT_FALSE(path->is({"v1", "resources"}, 1));
  EXPECT_FALSE(path->is({"v1", "streams"}, 2));
  EXPECT_TRUE(RequestPath::parse("/"));
  for (const auto* none : {"", "v1", "*", "/%zz", "/a b", "http://x/"}) EXPECT_FALSE(RequestPath::parse(none)) << none;
}

TEST(Words, TrimmedLoweredCompared) {
  EXPECT_EQ(words::trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(words::trimmed("  "), "");
  EXPECT_EQ(words::lowered("AbC-1"), "abc-1");
  EXPECT_TRUE(words::same_word("Bearer", "bEARER"));
  EXPECT_FALSE(words::same_word("Bearer", "Bearer "));
  EXPECT_EQ(words::parts(" a, ,b ,", ','), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_TRUE(words::parts("", ',').empty());
}

}  // namespace
}  // namespace edge
