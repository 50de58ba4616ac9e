// One sweep per io thread ends the connections whose deadline has passed: a deadline on every await for the price of
// an assignment, where a timer each would cost more than the reads and writes it guards.
//
// Owner     The io thread's server part; guards unlink themselves.
// Threads   The io thread's alone.
// Precision A quarter of a second late at most.
#pragma once

#include <boost/intrusive/list.hpp>

#include "common/asio.hpp"

namespace suite {

class Deadlines;

// A connection with the moment at which it is to be closed; closing completes its pending reads and writes.
class Guarded : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  explicit Guarded(tcp::socket socket) : socket_(std::move(socket)) {}
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  tcp::socket& socket() { return socket_; }
  void expires_after(Clock::duration duration) { deadline_ = Clock::now() + duration; }
  void never_expires() { deadline_ = Clock::time_point::max(); }
  void set_idle(bool idle) { idle_ = idle; }  // between two requests: a drain may close it at once

 private:
  friend class Deadlines;

  void close() {
    error_code ignored;
    socket_.close(ignored);
  }

  tcp::socket socket_;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool idle_ = false;
};

class Deadlines {
 public:
  explicit Deadlines(asio::io_context& context) : timer_(context) {}

  void add(Guarded& guarded) { guarded_.push_back(guarded); }
  void start();  // sweeps until stop()
  void stop() { timer_.cancel(); }
  void close_idle();
  void close_all();

 private:
  void sweep();

  static constexpr std::chrono::milliseconds kPeriod{250};
  asio::steady_timer timer_;
  boost::intrusive::list<Guarded, boost::intrusive::constant_time_size<false>> guarded_;
};

}  // namespace suite
