#include "tests/support/edge_test.hpp"

#include <algorithm>
#include <iostream>

#include "common/jwt.hpp"

namespace suite::test {

EdgeTest::EdgeTest() {
  database_.sql(
      "INSERT INTO users (username, email, password_hash) SELECT name, name || '@mail.example', '$argon2id$v=19$x'"
      " FROM unnest('{ann,bob,cem}'::text[]) name; INSERT INTO tags (name) SELECT unnest('{art,bread,code}'::text[])");
}

void EdgeTest::TearDown() {
  if (HasFailure() && edge_) std::cerr << "the edge said:\n" << edge_->process().output();
}

EdgeProcess& EdgeTest::start_edge(const EdgeProcess::Settings& settings) {
  edge_.reset();
  edge_ = std::make_unique<EdgeProcess>(database_.url("blog_edge"), settings);
  return *edge_;
}

std::string EdgeTest::add_post(const std::string& title, const std::string& status, int author,
                               const std::string& tags) {
  return database_.sql(
      "CREATE TEMP TABLE made ON COMMIT DROP AS WITH made AS (INSERT INTO posts (author_id, title, content, status) "
      "VALUES (" +
      std::to_string(author) + ", '" + title + "', 'text of " + title + "', '" + status +
      "') RETURNING id) SELECT id FROM made; INSERT INTO post_tags SELECT made.id, tags.id FROM made, tags"
      " WHERE name = ANY('" +
      tags + "'); SELECT id FROM made");
}

// Several statements in one message are one transaction.
std::string EdgeTest::write(const std::string& statements) {
  return database_.sql(statements + "; SELECT pg_current_xact_id()");
}

std::unique_ptr<SseClient> EdgeTest::stream(const std::string& target, const Fields& fields) {
  auto reader = edge().stream(target, fields);
  const auto frame = reader->next();
  EXPECT_EQ(frame.event, "init") << reader->bytes();
  return reader;
}

::testing::AssertionResult EdgeTest::shows(SseClient& reader, const std::string& view, const std::string& rest,
                                           const std::string& key, std::chrono::milliseconds limit) {
  if (eventually([&] { return reader.fold() == database_.view(view, rest, key); }, limit))
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "the stream shows " << nlohmann::json(reader.fold()) << "\nthe database "
                                       << nlohmann::json(database_.view(view, rest, key));
}

::testing::AssertionResult EdgeTest::nothing_more(SseClient& reader) {
  const auto mark = add_post("mark");
  const auto frame = reader.next_change();
  const auto keys = frame.keys();
  if (frame.event == "update" && std::find(keys.begin(), keys.end(), mark) != keys.end() &&
      keys.size() - frame.removed().size() == 1) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "before the post " << mark << " came: " << frame.event << " " << frame.data;
}

std::string EdgeTest::token_of(int user, std::chrono::seconds life, const std::string& secret) {
  const auto now = std::chrono::system_clock::now();
  return jwt::sign({std::to_string(user), "name", now + life}, "blog", secret, now - std::chrono::minutes(1));
}

}  // namespace suite::test
