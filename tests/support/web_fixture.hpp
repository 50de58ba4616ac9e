// A web service of its own for each test: a fresh blog database, a fake edge, the real program.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/web_child.hpp"
#include "tests/support/web_cluster.hpp"
#include "tests/support/web_eventually.hpp"
#include "tests/support/web_fake_edge.hpp"
#include "tests/support/web_http.hpp"

namespace web_test {

class WebTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  static constexpr const char* kSecret = "a-secret-of-the-tests-0123456789";
  static constexpr const char* kEdgeToken = "a-token-of-the-tests-0123456789";

  Child::Environment environment() const;  // the service's settings
  void restart(const Child::Environment& changed = {});

  // Asks the service. `body` is sent as JSON unless the fields say otherwise.
  Reply get(const std::string& target, const std::vector<std::pair<std::string, std::string>>& fields = {}) const;
  Reply send(const std::string& method, const std::string& target, const nlohmann::json& body,
             const std::string& token = {}) const;
  Reply ask(const Question& question) const { return web_test::ask(port_, question); }

  std::string login(const std::string& username, const std::string& password = "edge-demo") const;  // the token
  static std::pair<std::string, std::string> bearer(const std::string& token) {
    return {"Authorization", "Bearer " + token};
  }
  nlohmann::json create_post(const std::string& token, const nlohmann::json& changed = nlohmann::json::object()) const;

  // One value, as the owner of the database sees it.
  std::string sql(const std::string& statement) const;

  Child& service() { return *service_; }
  FakeEdge& edge() { return *edge_; }

  std::uint16_t port_ = 0;
  std::string database_;

 private:
  std::unique_ptr<FakeEdge> edge_;
  std::unique_ptr<Child> service_;
};

}  // namespace web_test
