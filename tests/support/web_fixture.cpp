#include "tests/support/web_fixture.hpp"

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>

namespace web_test {

void WebTest::SetUp() {
  database_ = Cluster::instance().clone_blog();
  edge_ = std::make_unique<FakeEdge>();
  port_ = free_port();
  restart();
}

void WebTest::TearDown() {
  if (HasFailure() && service_) std::cerr << "the service said:\n" << service_->output();
}

Child::Environment WebTest::environment() const {
  return {{"WEB_DATABASE_URL", Cluster::instance().url("blog_web", database_)},
          {"WEB_EDGE_URL", edge_->url()},
          {"WEB_EDGE_TOKEN", kEdgeToken},
          {"WEB_JWT_SECRET", kSecret},
          {"WEB_BIND", "127.0.0.1"},
          {"WEB_PORT", std::to_string(port_)},
          {"WEB_LOG_LEVEL", "debug"}};
}

void WebTest::restart(const Child::Environment& changed) {
  service_.reset();
  auto settings = environment();
  for (const auto& [name, value] : changed) settings[name] = value;
  service_ = std::make_unique<Child>(std::vector<std::string>{WEB_SERVICE_BINARY}, settings);
  ASSERT_TRUE(service_->logs("listening"));
}

Reply WebTest::get(const std::string& target, const std::vector<std::pair<std::string, std::string>>& fields) const {
  return ask({"GET", target, fields, {}});
}

Reply WebTest::send(const std::string& method, const std::string& target, const nlohmann::json& body,
                    const std::string& token) const {
  Question question{method, target, {{"Content-Type", "application/json"}}, body.dump()};
  if (!token.empty()) question.fields.push_back(bearer(token));
  return ask(question);
}

std::string WebTest::login(const std::string& username, const std::string& password) const {
  const auto reply = send("POST", "/login", {{"username", username}, {"password", password}});
  EXPECT_EQ(reply.status, 200U) << reply.body;
  return reply.json().value("token", "");
}

nlohmann::json WebTest::create_post(const std::string& token, const nlohmann::json& changed) const {
  nlohmann::json post{{"title", "A title"}, {"content", "Some content"}};
  post.update(changed);
  const auto reply = send("POST", "/posts", post, token);
  EXPECT_EQ(reply.status, 201U) << reply.body;
  return reply.json();
}

std::string WebTest::sql(const std::string& statement) const {
  pqxx::connection connection(Cluster::instance().url("postgres", database_));
  pqxx::nontransaction transaction(connection);
  const auto result = transaction.exec(statement);
  return result.empty() ? std::string() : std::string(result[0][0].c_str());
}

}  // namespace web_test
