// A TCP proxy between two programs under test, which can misbehave as networks do.
//
// Owner     The test.
// Threads   One of its own moves the bytes; everything else may be called from the test's.
// Failure   A side that ends or breaks ends the other, except while the gate swallows.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "common/asio.hpp"

namespace suite::test {

class Gate {
 public:
  // To a server at 127.0.0.1.
  explicit Gate(std::uint16_t target);
  Gate(const Gate&) = delete;
  ~Gate();

  std::uint16_t port() const { return port_; }

  // Takes what both sides say, passes nothing on and tells nobody of an end: a peer that is gone without a FIN. A
  // connection that lost bytes so is lost for good.
  void swallow() { mode_ = Mode::swallow; }
  // Takes nothing more, and loses nothing: a network that comes back.
  void stall() { mode_ = Mode::stall; }
  // Passes everything on again.
  void restore() { mode_ = Mode::pass; }

 private:
  enum class Mode { pass, swallow, stall };
  struct Link;

  void accept();
  void pump(const std::shared_ptr<Link>& link, tcp::socket& from, tcp::socket& to);
  void pass(const std::shared_ptr<Link>& link, tcp::socket& from, tcp::socket& to);

  asio::io_context context_;
  tcp::acceptor acceptor_;
  tcp::endpoint target_;
  std::uint16_t port_;
  std::atomic<Mode> mode_{Mode::pass};
  std::thread thread_;
};

}  // namespace suite::test
