// An edge_service on ports of its own.
//
// Owner     The test.
// Failure   The constructor throws, with what the program said, where it does not become ready.
#pragma once

#include <memory>

#include "tests/support/process.hpp"
#include "tests/support/sse_client.hpp"

namespace suite::test {

inline constexpr const char* kJwtSecret = "a-jwt-secret-of-the-tests-0123456789";

class EdgeProcess {
 public:
  using Settings = Process::Environment;

  // `settings` beside what every test needs: ports, secret, short probe and drain.
  EdgeProcess(const std::string& upstream, const Settings& settings = {});

  HttpClient streaming() const { return HttpClient(streaming_port_); }
  HttpClient control() const { return HttpClient(control_port_); }
  std::unique_ptr<SseClient> stream(const std::string& target, const Fields& fields = {}) const {
    return std::make_unique<SseClient>(streaming_port_, target, fields);
  }
  std::unique_ptr<SseClient> control_stream(const std::string& target, const Fields& fields = {}) const {
    return std::make_unique<SseClient>(control_port_, target, fields);
  }
  HttpReply get(const std::string& target, const Fields& fields = {}) const { return streaming().get(target, fields); }
  HttpReply post(const std::string& target, const std::string& body, const Fields& fields = {}) const {
    return control().ask("POST", target, fields, body);
  }
  nlohmann::json readyz() const { return get("/readyz").json(); }

  // Where another edge follows this one; `host` where it is to come over an address of its own.
  std::string control_url(const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + std::to_string(control_port_);
  }
  std::uint16_t streaming_port() const { return streaming_port_; }
  // Whether /readyz answers 200.
  bool ready() const;

  Process& process() { return *process_; }
  // kill -9 and start again at the same ports.
  void restart();
  // Ends the program by the signal; its exit code as wait() tells it.
  int end(int signal);
  // Starts it at the same ports, and does not wait until it is ready.
  void launch();

 private:
  void start();

  std::uint16_t streaming_port_ = free_port();
  std::uint16_t control_port_ = free_port();
  Settings settings_;
  std::unique_ptr<Process> process_;
};

}  // namespace suite::test
