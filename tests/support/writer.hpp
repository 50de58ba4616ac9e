// Writes all the time, turn after turn, and goes on when it was thrown out.
//
// Owner     The test.
// Threads   One of its own writes; everything else may be called from the test's.
// Failure   What the server refuses on a good connection is kept, for the test to judge: a user's write must not fail
//           for our sake. A connection that is lost is made anew, without an end.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace suite::test {

class Writer {
 public:
  // The statements of a turn, counted from 0; sent in one message, so one transaction if they do not say otherwise.
  using Turn = std::function<std::string(int)>;

  Writer(std::string url, Turn turn, std::chrono::milliseconds pause = std::chrono::milliseconds(2));
  Writer(const Writer&) = delete;
  ~Writer() { stop(); }

  void stop();
  int written() const { return written_; }
  // Waits until it has written so much more.
  bool goes_on(int more = 20) const;
  std::vector<std::string> refused() const;

 private:
  void write();

  std::string url_;
  Turn turn_;
  std::chrono::milliseconds pause_;
  std::atomic<bool> stopped_{false};
  std::atomic<int> written_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> refused_;
  std::thread thread_;
};

}  // namespace suite::test
