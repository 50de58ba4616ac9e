// How a query becomes the parameters of a stream, and who wants one.
#include <gtest/gtest.h>

#include "web_service/src/stream_redirect.hpp"

namespace suite::web {
namespace {

using nlohmann::json;

TEST(StreamQueryTest, ParametersAreDecodedAndGathered) {
  const auto read = read_stream_query("limit=5&tags=tea&tags=caf%C3%A9+noir&author_id=3");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->parameters, (json{{"limit", {"5"}}, {"tags", {"tea", "café noir"}}, {"author_id", {"3"}}}));
  EXPECT_EQ(read->carried, "");
}

TEST(StreamQueryTest, WhatBelongsToTheReaderIsCarriedOn) {
  const auto read = read_stream_query("after=756&limit=5&last_event_id=a%2Bb");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->parameters, (json{{"limit", {"5"}}}));
  EXPECT_EQ(read->carried, "after=756&last_event_id=a%2Bb");
}

TEST(StreamQueryTest, WhatCannotBeDecodedIsRefused) {
  for (const auto* query : {"limit=%", "limit=%zz", "tags=%ff", "%ff=1", "key=7"}) {
    EXPECT_EQ(read_stream_query(query).error().problem, Problem::malformed) << query;
  }
  EXPECT_TRUE(read_stream_query("")->parameters.empty());
  EXPECT_TRUE(read_stream_query({})->parameters.empty());  // no text at all: no query in the address
  EXPECT_TRUE(read_stream_query("&&")->parameters.empty());
}

TEST(StreamQueryTest, AcceptSaysWhoWantsAStream) {
  const auto wants = [](const char* accept) {
    Request request(http::verb::get, "/posts", 11);
    if (accept) request.set(http::field::accept, accept);
    return wants_stream(request);
  };
  EXPECT_TRUE(wants("text/event-stream"));
  EXPECT_TRUE(wants("Text/Event-Stream; q=0.9, */*;q=0.1"));
  EXPECT_TRUE(wants("application/json, text/event-stream"));
  EXPECT_FALSE(wants(nullptr));
  EXPECT_FALSE(wants("application/json"));
  EXPECT_FALSE(wants("*/*"));
  EXPECT_FALSE(wants("text/event-stream;q=0"));
  EXPECT_FALSE(wants("text/event-stream;q=0.000"));
}

}  // namespace
}  // namespace suite::web
