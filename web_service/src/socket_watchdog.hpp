// Ends a call that blocks on a socket for too long, by shutting the socket down under it: the deadline that libpq's
// blocking calls do not have (a stopped server acknowledges every byte and never answers).
//
// Owner     Database. It outlives its watches.
// Threads   watch() from any; a thread of its own waits for the nearest deadline.
// Lifetime  A watch ends before its socket is closed: the number could be another socket's by then.
#pragma once

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "common/asio.hpp"

namespace suite::web {

class SocketWatchdog {
  struct Watched {
    int socket;
    Clock::time_point deadline;
    bool ended = false;  // the deadline passed
  };

 public:
  class Watch {
   public:
    Watch(SocketWatchdog& dog, int socket, Clock::time_point deadline, bool& overdue);
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch();

   private:
    SocketWatchdog& dog_;
    bool& overdue_;  // told when the watch ends
    std::list<Watched>::iterator watched_;
  };

  SocketWatchdog();
  ~SocketWatchdog();

 private:
  void guard();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Watched> watched_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace suite::web
