// An edge as the web service sees it: answers what the test says, and remembers what it was asked.
//
// Threads   answer(), asked() from the test's; the server has a thread of its own.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/http_server.hpp"

namespace suite::test {

class FakeEdge {
 public:
  struct Asked {
    std::string method;
    std::string target;
    std::string body;
    boost::beast::http::fields fields;
    std::string field(const std::string& name) const { return std::string(fields[name]); }
  };

  FakeEdge();
  ~FakeEdge();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // From now on "GET /v1/resources/posts" (without query) is answered so.
  void answer(const std::string& method_and_path, suite::Reply reply);
  std::vector<Asked> asked() const;  // apart from /readyz
  Asked last() const;

  void stop();   // nobody listens
  void start();  // again, at the same port

 private:
  class Handler;
  struct State {
    mutable std::mutex mutex;
    std::map<std::string, suite::Reply> answers;
    std::vector<Asked> asked;
  };

  std::uint16_t port_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::unique_ptr<suite::IoThreads> io_;
  std::unique_ptr<suite::HttpServer> server_;
};

}  // namespace suite::test
