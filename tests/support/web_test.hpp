// A web service over a blog database of its own, with a fake edge, for each test: the vocabulary of its tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/eventually.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/process.hpp"
#include "tests/support/test_database.hpp"
#include "tests/support/web_fake_edge.hpp"

namespace suite::test {

class WebTest : public ::testing::Test {
 protected:
  static constexpr const char* kSecret = "a-secret-of-the-tests-0123456789";
  static constexpr const char* kEdgeToken = "a-token-of-the-tests-0123456789";

  struct Question {
    std::string method = "GET";
    std::string target = "/";
    Fields fields = {};
    std::string body = {};
  };

  struct Reply : HttpReply {
    std::string field(std::string name) const;  // however its letters are written
    std::string error() const { return json().value("error", ""); }
  };

  void SetUp() override;
  void TearDown() override;

  Process::Environment environment() const;  // the service's settings
  void restart(const Process::Environment& changed = {});

  // Asks the service.
  Reply ask(const Question& question) const;
  Reply get(const std::string& target, const Fields& fields = {}) const { return ask({"GET", target, fields, {}}); }
  Reply send(const std::string& method, const std::string& target, const nlohmann::json& body,
             const std::string& token = {}) const;
  // Sends bytes as they are and reads until the service closes.
  std::string exchange_bytes(const std::string& bytes) const;

  std::string login(const std::string& username, const std::string& password = "edge-demo") const;  // the token
  static std::pair<std::string, std::string> bearer(const std::string& token) {
    return {"Authorization", "Bearer " + token};
  }
  nlohmann::json create_post(const std::string& token, const nlohmann::json& changed = nlohmann::json::object()) const;

  TestDatabase& database() { return *database_; }
  std::string sql(const std::string& statements) const { return database_->admin(statements); }
  Process& service() { return *service_; }
  FakeEdge& edge() { return *edge_; }
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<FakeEdge> edge_;
  std::unique_ptr<Process> service_;
};

}  // namespace suite::test
