#include "tests/support/web_test.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cctype>

namespace suite::test {

std::string WebTest::Reply::field(std::string name) const {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return HttpReply::field(name);
}

void WebTest::SetUp() {
  database_ = std::make_unique<TestDatabase>();
  run({"psql", "-X", "-q", database_->url("blog_owner"), "-f", SOURCE_DIR "/db/demo.sql"});
  edge_ = std::make_unique<FakeEdge>();
  port_ = free_port();
  restart();
}

void WebTest::TearDown() {
  if (service_) {
    EXPECT_EQ(service_->output().find("Sanitizer:"), std::string::npos) << "a sanitizer complains of the service";
  }
  if (HasFailure() && service_) std::cerr << "the service said:\n" << service_->output();
}

Process::Environment WebTest::environment() const {
  return {{"WEB_DATABASE_URL", database_->url("blog_web")},
          {"WEB_EDGE_URL", edge_->url()},
          {"WEB_EDGE_TOKEN", kEdgeToken},
          {"WEB_JWT_SECRET", kSecret},
          {"WEB_BIND", "127.0.0.1"},
          {"WEB_PORT", std::to_string(port_)},
          {"WEB_LOG_LEVEL", "debug"},
          // Where the service is compiled with the thread sanitizer.
          {"TSAN_OPTIONS", "suppressions=" SOURCE_DIR "/tests/support/web_tsan_suppressions.txt"}};
}

void WebTest::restart(const Process::Environment& changed) {
  service_.reset();
  auto settings = environment();
  for (const auto& [name, value] : changed) settings[name] = value;
  service_ = std::make_unique<Process>(std::vector<std::string>{WEB_SERVICE_BINARY}, settings);
  ASSERT_TRUE(service_->logs("listening"));
}

WebTest::Reply WebTest::ask(const Question& question) const {
  return {HttpClient(port_).ask(question.method, question.target, question.fields, question.body)};
}

WebTest::Reply WebTest::send(const std::string& method, const std::string& target, const nlohmann::json& body,
                             const std::string& token) const {
  Question question{method, target, {{"Content-Type", "application/json"}}, body.dump()};
  if (!token.empty()) question.fields.push_back(bearer(token));
  return ask(question);
}

std::string WebTest::exchange_bytes(const std::string& bytes) const {
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket(context);
  socket.connect({boost::asio::ip::address_v4::loopback(), port_});
  boost::system::error_code ignored;
  boost::asio::write(socket, boost::asio::buffer(bytes), ignored);
  socket.shutdown(boost::asio::socket_base::shutdown_send, ignored);
  std::string answer;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answer), ignored);
  return answer;
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

}  // namespace suite::test
