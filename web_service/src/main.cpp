// The web service: what it is made of, and how it starts and ends.
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>
#include <thread>

#include "common/http_server.hpp"
#include "common/settings.hpp"
#include "web_service/src/config.hpp"
#include "web_service/src/routes.hpp"

namespace {

using namespace suite;
using namespace suite::web;

constexpr int kBadSettings = 2;
constexpr std::chrono::seconds kDrain{10};

std::size_t cores() { return std::max(1U, std::thread::hardware_concurrency()); }

// A legal post of 100,000 characters fits, however its text is escaped, unless all of it lies beyond U+FFFF.
HttpLimits http_limits() {
  HttpLimits limits;
  limits.body_bytes = 1024 * 1024;
  limits.connections = 4096;
  return limits;
}

// A hash takes a core, so more threads would only take memory.
WorkPool::Limits password_limits() { return {std::min<std::size_t>(cores(), 4), 64, std::chrono::milliseconds(5000)}; }

void log_end(std::exception_ptr thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    log::error("readiness_failed", {{"error", error.what()}});
  }
}

// SIGTERM and SIGINT, from the moment it exists.
class Signals {
 public:
  void wait() {
    set_.async_wait([](error_code, int) {});
    context_.run();
  }

 private:
  asio::io_context context_;
  asio::signal_set set_{context_, SIGTERM, SIGINT};
};

// Every answer that was begun is given, as far as kDrain reaches.
void drain(HttpServer& server) {
  log::info("draining", {{"connections", server.connections()}});
  server.drain();
  for (const auto deadline = Clock::now() + kDrain; server.connections() > 0 && Clock::now() < deadline;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void run(const Config& config) {
  Signals signals;
  Metrics metrics;        // before the contexts: an answer that is cut off is counted when they end
  IoThreads io(cores());  // before the rest: what blocks must have ended when they do
  Database database(config.database, static_cast<std::size_t>(config.database_pool));
  Passwords passwords(password_limits());
  LoginThrottle throttle;
  Sessions sessions(config.jwt_secret, config.token_lifetime);
  Readiness readiness;
  Parts parts{database, passwords, throttle, sessions, readiness, metrics, [] { return std::size_t{0}; }};
  EdgeClient probe(io[0], config.edges, config.edge_token);

  HttpServer server(io, config.bind, config.port, http_limits(), [&](std::size_t thread) {
    return std::make_shared<Routes>(parts, std::make_unique<EdgeClient>(io[thread], config.edges, config.edge_token));
  });
  parts.connections = [&server] { return server.connections(); };
  asio::co_spawn(io[0], readiness.run_database(database), log_end);
  asio::co_spawn(io[0], readiness.run_edge(probe), log_end);
  server.start();
  io.start();
  log::info("listening", {{"address", config.bind}, {"port", server.port()}});

  signals.wait();
  drain(server);
  io.stop();
  log::info("stopped");
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const auto config = read_config(argc, argv);
    if (!config) return 0;
    log::configure(config->log);
    run(*config);
    return 0;
  } catch (const BadSetting& bad) {
    std::cerr << bad.what() << '\n';
    return kBadSettings;
  } catch (const std::exception& error) {
    log::error("start_failed", {{"error", error.what()}});
    return 1;
  }
}
