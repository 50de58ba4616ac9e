// An edge over a blog database of its own, for each test: the vocabulary of the edge's tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/edge_process.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_database.hpp"

namespace suite::test {

class EdgeTest : public ::testing::Test {
 protected:
  EdgeTest();
  void TearDown() override;

  EdgeProcess& start_edge(const EdgeProcess::Settings& settings = {});
  EdgeProcess& edge() { return *edge_; }
  TestDatabase& database() { return database_; }

  // Writers, each one transaction; they return the key as text.
  std::string add_post(const std::string& title, const std::string& status = "published", int author = 1,
                       const std::string& tags = "{}");
  // Runs `statements` in one transaction and returns its token.
  std::string write(const std::string& statements);

  // Takes the `init` off a new stream; the stream.
  std::unique_ptr<SseClient> stream(const std::string& target, const Fields& fields = {});

  // Whether a stream's frames come to add up to what the view shows (then they do).
  ::testing::AssertionResult shows(SseClient& reader, const std::string& view, const std::string& rest = {},
                                   const std::string& key = "id",
                                   std::chrono::milliseconds limit = std::chrono::seconds(15));
  // Whether the stream's next change is that of a post written now: nothing else was on its way. For streams that show
  // every new post.
  ::testing::AssertionResult nothing_more(SseClient& reader);

  // A user's token.
  static std::string token_of(int user, std::chrono::seconds life = std::chrono::minutes(5),
                              const std::string& secret = kJwtSecret);

 private:
  TestDatabase database_;
  std::unique_ptr<EdgeProcess> edge_;
};

using Keys = std::vector<std::string>;

}  // namespace suite::test
