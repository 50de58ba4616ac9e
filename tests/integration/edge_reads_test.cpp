// JSON reads: validators, encodings, tokens, and what a wrong request is told.
#include <zlib.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "common/asio.hpp"
#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

class EdgeReads : public EdgeTest {
 protected:
  EdgeReads() {
    for (const auto* title : {"one", "two", "three"}) posts_.push_back(add_post(title));
    start_edge({{"EDGE_MAX_WAIT_MS", "1000"}});
  }
  std::vector<std::string> posts_;
};

const Fields kAcceptStream{{"Accept", "text/event-stream"}};

std::string unpacked(const std::string& body) {
  std::string text(1 << 20, '\0');
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int result = inflate(&stream, Z_FINISH);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return result == Z_STREAM_END ? text : "no gzip";
}

TEST_F(EdgeReads, AnArrayOfValuesInTheResourcesOrder) {
  const auto reply = edge().get("/v1/resources/posts");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.field("content-type"), "application/json");
  EXPECT_EQ(reply.field("cache-control"), "no-cache");
  EXPECT_EQ(reply.field("vary"), "Accept, Accept-Encoding");
  EXPECT_EQ(reply.field("edge-staleness-ms"), "0");
  EXPECT_FALSE(reply.field("edge-version").empty());
  // PostgreSQL's own bytes.
  EXPECT_EQ(reply.body,
            database().sql("SELECT '[' || string_agg(to_json(x)::text, ',' ORDER BY published_at DESC) || ']'"
                           " FROM published_posts x"));
}

TEST_F(EdgeReads, ATagIsGoodUntilTheContentsChange) {
  const auto first = edge().get("/v1/resources/posts");
  const auto tag = first.field("etag");
  ASSERT_FALSE(tag.empty());
  const auto same = edge().get("/v1/resources/posts", {{"If-None-Match", "\"other\", W/" + tag}});
  EXPECT_EQ(same.status, 304U);
  EXPECT_TRUE(same.body.empty());
  EXPECT_EQ(same.field("etag"), tag);
  EXPECT_EQ(edge().get("/v1/resources/posts", {{"If-None-Match", "\"other\""}}).status, 200U);

  const auto token = write("UPDATE posts SET title = 'changed' WHERE id = " + posts_[0]);
  const auto after = edge().get("/v1/resources/posts", {{"If-None-Match", tag}, {"Edge-After", token}});
  EXPECT_EQ(after.status, 200U);
  EXPECT_NE(after.field("etag"), tag);
  EXPECT_EQ(after.json()[2]["title"], "changed");
}

TEST_F(EdgeReads, GzipWhereItIsAccepted) {
  const auto plain = edge().get("/v1/resources/posts");
  const auto packed = edge().get("/v1/resources/posts", {{"Accept-Encoding", "br, gzip;q=0.8"}});
  ASSERT_EQ(packed.field("content-encoding"), "gzip");
  EXPECT_EQ(unpacked(packed.body), plain.body);
  EXPECT_NE(packed.field("etag"), plain.field("etag")) << "one tag per encoding";
  EXPECT_EQ(packed.field("vary"), "Accept, Accept-Encoding");
  EXPECT_EQ(edge().get("/v1/resources/posts", {{"Accept-Encoding", "gzip;q=0"}}).field("content-encoding"), "");
  EXPECT_EQ(
      edge().get("/v1/resources/posts", {{"Accept-Encoding", "gzip"}, {"If-None-Match", packed.field("etag")}}).status,
      304U);
}

TEST_F(EdgeReads, HeadIsGetWithoutABody) {
  const auto get = edge().get("/v1/resources/posts");
  const auto head = edge().streaming().ask("HEAD", "/v1/resources/posts");
  EXPECT_EQ(head.status, 200U);
  EXPECT_TRUE(head.body.empty());
  EXPECT_EQ(head.field("etag"), get.field("etag"));
  EXPECT_EQ(head.field("content-length"), std::to_string(get.body.size()));
}

TEST_F(EdgeReads, ATokenIsWaitedFor) {
  for (int turn = 0; turn < 20; ++turn) {
    const auto title = "turn " + std::to_string(turn);
    const auto token = write("UPDATE posts SET title = '" + title + "' WHERE id = " + posts_[0]);
    const bool in_header = turn % 2 == 0;
    const auto reply = in_header ? edge().get("/v1/resources/posts/" + posts_[0], {{"Edge-After", token}})
                                 : edge().get("/v1/resources/posts/" + posts_[0] + "?after=" + token);
    ASSERT_EQ(reply.status, 200U) << reply.body;
    ASSERT_EQ(reply.json()["title"], title);
  }
  const auto token = write("DELETE FROM posts WHERE id = " + posts_[0]);
  const auto snapshot = edge().post("/v1/snapshot/posts?after=" + token, "{}");
  ASSERT_EQ(snapshot.status, 200U) << snapshot.body;
  EXPECT_EQ(snapshot.json().size(), 2U);
  auto reader = edge().stream("/v1/resources/posts?after=" + write("DELETE FROM posts WHERE id = " + posts_[1]));
  EXPECT_EQ(reader->next().keys(), Keys{posts_[2]});
}

TEST_F(EdgeReads, ATransactionThatTouchedNothingPublishedIsReachedToo) {
  auto reader = stream("/v1/resources/posts");
  const auto token = write("CREATE TABLE unrelated (id int); INSERT INTO unrelated VALUES (1)");
  EXPECT_EQ(edge().get("/v1/resources/posts", {{"Edge-After", token}}).status, 200U);
  EXPECT_TRUE(nothing_more(*reader));
}

TEST_F(EdgeReads, AMalformedTokenIsRefused) {
  for (const auto* token : {"abc", "-1", "1.5", "99999999999999999999999", "18446744073709551616", "%20"}) {
    const auto reply = edge().get(std::string("/v1/resources/posts?after=") + token);
    EXPECT_EQ(reply.status, 400U) << token;
    EXPECT_EQ(reply.error(), "bad_token") << token;
  }
  EXPECT_EQ(edge().get("/v1/resources/posts", {{"Edge-After", "soon"}}).error(), "bad_token");
}

TEST_F(EdgeReads, ATokenThatDoesNotComeIsToldSo) {
  for (const auto* target : {"/v1/resources/posts?after=99999999999", "/v1/resources/absent?after=99999999999"}) {
    const auto began = std::chrono::steady_clock::now();
    const auto reply = edge().get(target);
    EXPECT_EQ(reply.status, 504U);
    EXPECT_EQ(reply.error(), "token_not_reached");
    EXPECT_EQ(reply.field("retry-after"), "1");
    EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1000));
  }
}

TEST_F(EdgeReads, AnOpenTransactionsTokenIsNotReached) {
  Sql writer(database().url("blog_owner"));
  const auto token = writer.value("BEGIN; UPDATE posts SET title = 'late'; SELECT pg_current_xact_id()");
  write("UPDATE users SET username = 'early' WHERE id = 1");  // later in xids, earlier in commits
  EXPECT_EQ(edge().get("/v1/resources/posts?after=" + token).error(), "token_not_reached");
  writer("COMMIT");
  const auto reply = edge().get("/v1/resources/posts?after=" + token);
  EXPECT_EQ(reply.json()[0]["title"], "late") << reply.body;
}

TEST_F(EdgeReads, WrongParametersAreToldWhatIsAllowed) {
  struct Case {
    const char* query;
    const char* code;
    const char* words;
  };
  for (const auto& [query, code, words] :
       std::vector<Case>{{"limit=-1", "bad_parameter", "from 0 to 1000"},
                         {"limit=abc", "bad_parameter", "integer"},
                         {"limit=1001", "bad_parameter", "1000"},
                         {"limit=2.5", "bad_parameter", "integer"},
                         {"limit=", "bad_parameter", "integer"},
                         {"limit=1&limit=2", "bad_parameter", "once"},
                         {"limit=99999999999999999999", "bad_parameter", "integer"},
                         {"author_id=x", "bad_parameter", "an integer"},
                         {"author_id=1&author_id=2", "bad_parameter", "once"},
                         {"tags=%00", "bad_parameter", "NUL"},
                         {"tags=%ff", "bad_parameter", "UTF-8"},
                         {"colour=red", "unknown_parameter", "limit, author_id, tags"},
                         {"title=one", "unknown_parameter", "limit, author_id, tags"}}) {
    for (const auto* accept : {"application/json", "text/event-stream"}) {
      const auto reply = edge().get(std::string("/v1/resources/posts?") + query, {{"Accept", accept}});
      EXPECT_EQ(reply.status, 400U) << query;
      EXPECT_EQ(reply.error(), code) << query << ": " << reply.body;
      EXPECT_NE(reply.body.find(words), std::string::npos) << query << ": " << reply.body;
    }
  }
}

TEST_F(EdgeReads, WhatIsNotThereIsToldSo) {
  EXPECT_EQ(edge().get("/v1/resources/nothing").error(), "unknown_resource");
  EXPECT_EQ(edge().get("/v1/streams/nothing").error(), "unknown_resource");
  EXPECT_EQ(edge().get("/v1/streams/~forged").error(), "unknown_stream");
  EXPECT_EQ(edge().get("/v1/other").error(), "unknown_route");
  EXPECT_EQ(edge().get("/").error(), "unknown_route");
  EXPECT_EQ(edge().get("/metrics").error(), "unknown_route") << "for the control port only";
  const auto wrong = edge().streaming().ask("DELETE", "/v1/resources/posts");
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_EQ(wrong.error(), "method_not_allowed");
  EXPECT_EQ(wrong.field("allow"), "GET, HEAD");
}

TEST_F(EdgeReads, HealthAndReadiness) {
  // Ready with the first load; proved live a moment later, when its own bell has come back.
  ASSERT_TRUE(
      eventually([&] { return edge().readyz()["upstream_connected"] == true && edge().readyz()["stale"] == false; }));
  for (const auto& port : {edge().streaming(), edge().control()}) {
    EXPECT_EQ(port.get("/healthz").status, 200U);
    const auto ready = port.get("/readyz").json();
    EXPECT_EQ(ready["node"], "edge-under-test");
    EXPECT_EQ(ready["role"], "leader");
    EXPECT_EQ(ready["upstream_connected"], true);
    EXPECT_TRUE(ready.contains("stale"));
    EXPECT_TRUE(ready["staleness_ms"].is_number_integer());
    EXPECT_FALSE(ready["version"].get<std::string>().empty());
  }
  EXPECT_EQ(edge().control().get("/metrics").status, 200U);
}

// One connection, all requests sent before an answer is read; the last one ends it. What comes back, whole.
std::string pipelined(std::uint16_t port, const std::vector<std::string>& targets) {
  asio::io_context context;
  tcp::socket socket(context);
  socket.connect({asio::ip::address_v4::loopback(), port});
  std::string requests;
  for (const auto& target : targets) requests += "GET " + target + " HTTP/1.1\r\nHost: edge\r\n\r\n";
  requests.insert(requests.size() - 2, "Connection: close\r\n");
  asio::write(socket, asio::buffer(requests));
  std::string answers;
  error_code end;
  asio::read(socket, asio::dynamic_buffer(answers), end);
  return answers;
}

TEST_F(EdgeReads, PipelinedRequestsAreAnsweredInTheirOrder) {
  const std::string one = "/v1/resources/posts/";
  for (const auto& post : posts_) edge().get(one + post);  // now at hand
  std::vector<std::string> targets, marks;
  for (int turn = 0; turn < 60; ++turn) {  // more than are answered at once, or read at once
    const auto& post = posts_[static_cast<std::size_t>(turn) % posts_.size()];
    targets.push_back(one + post);
    marks.push_back("{\"id\":" + post + ",");
    if (turn % 7 == 3) {  // not at hand
      targets.push_back("/v1/resources/missing" + std::to_string(turn));
      marks.push_back("missing" + std::to_string(turn));
    }
  }
  const std::string answers = pipelined(edge().streaming().port(), targets);
  std::size_t place = 0;
  for (const auto& mark : marks) {
    place = answers.find(mark, place);
    ASSERT_NE(place, std::string::npos) << mark << " is missing, or not where it should be, in\n" << answers;
    place += mark.size();
  }
  EXPECT_EQ(answers.find("HTTP/1.1 ", place), std::string::npos) << "more answers than requests";
}

TEST_F(EdgeReads, AnAnswerLargerThanWhatSocketsTakeComesWhole) {
  const auto token = write(
      "INSERT INTO posts (author_id, title, content, status)"
      " SELECT 1, 'large ' || n, repeat(md5(n::text), 3000), 'published' FROM generate_series(1, 90) n");
  const std::string all = "/v1/resources/posts?limit=100";
  ASSERT_TRUE(eventually([&] { return edge().get(all, {{"Edge-After", token}}).status == 200; }));
  const auto whole = edge().get(all).body;
  ASSERT_GT(whole.size(), 8'000'000U);
  const std::string answers = pipelined(edge().streaming().port(), {all, all, all});
  std::size_t place = 0;
  for (int answer = 0; answer < 3; ++answer) {
    place = answers.find(whole, place);
    ASSERT_NE(place, std::string::npos) << "answer " << answer;
    place += whole.size();
  }
}

class EdgeFewWindows : public EdgeTest {
 protected:
  EdgeFewWindows() {
    for (int n = 0; n < 40; ++n) posts_.push_back(add_post("post " + std::to_string(n)));
    start_edge({{"EDGE_MAX_WINDOWS", "8"}, {"EDGE_THREADS", "1"}});
  }

  // Several readers at once, each reads `right` of all numbers of posts in another order.
  void expect_all_right(const std::function<bool(std::size_t)>& right) {
    std::array<int, 6> counts{};  // of each reader
    std::vector<std::thread> readers;
    for (std::size_t reader = 0; reader < counts.size(); ++reader) {
      readers.emplace_back([&, reader] {
        for (std::size_t n = 0; n < posts_.size(); ++n) counts[reader] += right((n * 7 + reader * 11) % posts_.size());
      });
    }
    for (auto& reader : readers) reader.join();
    for (const int count : counts) EXPECT_EQ(count, 40);
  }

  std::vector<std::string> posts_;
};

TEST_F(EdgeFewWindows, ReadsOfMoreKeysThanWindowsMakeRoomForEachOther) {
  expect_all_right([&](std::size_t n) {
    const auto reply = edge().get("/v1/resources/posts/" + posts_[n]);
    return reply.status == 200U && reply.body.starts_with("{\"id\":" + posts_[n] + ",");
  });
}

TEST_F(EdgeFewWindows, ReadsOfMoreWindowsThanThereIsRoomForMakeRoomForEachOther) {
  expect_all_right([&](std::size_t n) {
    const auto reply = edge().get("/v1/resources/posts?limit=" + std::to_string(n + 1));
    return reply.status == 200U && reply.json().size() == n + 1;
  });
}

TEST_F(EdgeFewWindows, EntriesReadOnceNeedNoWindow) {
  const auto windows = [&] { return edge().control().get("/v1/status").json()["windows"]; };
  const auto before = windows();
  for (const auto& post : posts_) {
    const auto reply = edge().get("/v1/resources/posts/" + post);
    EXPECT_EQ(reply.status, 200U);
    EXPECT_TRUE(reply.body.starts_with("{\"id\":" + post + ",")) << reply.body;
    const auto missing = edge().get("/v1/resources/posts/9" + post);
    EXPECT_EQ(missing.status, 404U);
    EXPECT_EQ(missing.error(), "unknown_entry");
  }
  EXPECT_EQ(windows(), before);
}

// By whichever way it is answered: from a window, or from the store while it stands still.
TEST_F(EdgeFewWindows, AnEntryNeverGoesBackWhileItIsWritten) {
  const auto counted = [](const std::string& post) {
    return "UPDATE posts SET title = (title::int + 1)::text WHERE id = " + post;
  };
  const auto begun = write("UPDATE posts SET title = '0'");
  ASSERT_EQ(edge().get("/v1/resources/posts?after=" + begun).status, 200U);
  std::atomic<bool> stopped{false};
  std::array<int, 4> backwards{}, different{};  // of each reader
  std::vector<std::thread> readers;
  for (std::size_t reader = 0; reader < backwards.size(); ++reader) {
    readers.emplace_back([&, reader] {
      HttpClient client(edge().streaming().port());
      std::map<std::string, int> seen;
      for (std::size_t n = reader; !stopped; n += 1 + n % 3) {
        const auto& post = posts_[n % posts_.size()];
        const int count = std::stoi(client.get("/v1/resources/posts/" + post).json()["title"].get<std::string>());
        backwards[reader] += count < seen[post];
        different[reader] += count != seen[post];
        seen[post] = count;
      }
    });
  }
  Sql sql(database().url("blog_owner"));
  for (int n = 0; n < 600; ++n) sql(counted(posts_[static_cast<std::size_t>(n) % posts_.size()]));
  const std::string last = write(counted(posts_.front()));
  EXPECT_EQ(edge().get("/v1/resources/posts/" + posts_.front() + "?after=" + last).json()["title"], "16");
  for (const auto& post : posts_) {
    EXPECT_EQ(edge().get("/v1/resources/posts/" + post).json()["title"], post == posts_.front() ? "16" : "15");
  }
  stopped = true;
  for (auto& reader : readers) reader.join();
  for (std::size_t reader = 0; reader < backwards.size(); ++reader) {
    EXPECT_EQ(backwards[reader], 0);
    EXPECT_GT(different[reader], 10) << "nothing was written meanwhile: nothing is tested here";
  }
}

TEST_F(EdgeFewWindows, StreamsKeepTheirsAndWhoFindsNoRoomIsToldSo) {
  const auto newest = [](int count) { return "/v1/resources/posts?limit=" + std::to_string(count); };
  std::vector<std::unique_ptr<SseClient>> streams;
  for (int n = 1; n <= 8; ++n) {
    streams.push_back(std::make_unique<SseClient>(edge().streaming().port(), newest(n), kAcceptStream));
    ASSERT_EQ(streams.back()->next().event, "init");
  }
  const auto refused = edge().get(newest(9));
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.error(), "too_many_windows");
  EXPECT_EQ(edge().get(newest(3)).status, 200U) << "a stream's window serves reads, too";

  write("UPDATE posts SET title = 'changed' WHERE id = " + posts_.back());
  for (const auto& stream : streams) EXPECT_EQ(stream->next_change().json()[0][1][0]["title"], "changed");

  streams.pop_back();
  EXPECT_TRUE(eventually([&] { return edge().get(newest(9)).status == 200; })) << "its window gives way";
}

}  // namespace
}  // namespace suite::test
