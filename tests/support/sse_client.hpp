// A client of an event stream: reads it as a browser's EventSource would and keeps what the frames add up to.
//
// Threads   A thread of its own reads; everything else may be called from the test's.
// Failure   What does not come within the limit of a wait is an empty frame, which no expectation takes for a good one.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/http_client.hpp"

namespace suite::test {

struct SseFrame {
  std::string event;
  std::string id;
  std::string data;

  nlohmann::json json() const { return nlohmann::json::parse(data, nullptr, false); }
  std::vector<std::string> keys() const;     // JSON text, in the order of the frame
  std::vector<std::string> removed() const;  // of the entries that left
  std::string reason() const { return event == "end" ? json().value("reason", "") : std::string(); }
};

class SseClient {
 public:
  using Entries = std::map<std::string, nlohmann::json>;

  SseClient(std::uint16_t port, const std::string& target, const Fields& fields = {});
  SseClient(const SseClient&) = delete;
  ~SseClient();

  // The next frame that has not been taken yet, heartbeats included or not.
  SseFrame next(std::chrono::milliseconds limit = std::chrono::seconds(10));
  SseFrame next_change(std::chrono::milliseconds limit = std::chrono::seconds(10));

  unsigned status();  // of the answer; waits for it
  std::string head();
  Entries fold();         // what `init` and `update` add up to so far
  std::string last_id();  // of the last frame that had one
  std::string bytes();    // all that came, head included
  std::size_t frames(const std::string& event);
  bool ended(std::chrono::milliseconds limit = std::chrono::seconds(10));  // the server has closed

 private:
  void read();
  void take_line(const std::string& line);
  void dispatch();
  bool wait_for(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds limit, const std::function<bool()>& met);

  int socket_ = -1;
  std::mutex mutex_;
  std::condition_variable more_;
  std::string bytes_;
  std::string head_;
  std::string rest_;  // of the stream, not yet a whole line
  SseFrame frame_;
  bool has_data_ = false;
  std::deque<SseFrame> frames_;
  std::map<std::string, std::size_t> counts_;
  Entries fold_;
  std::string last_id_;
  bool closed_ = false;
  std::thread reader_;
};

}  // namespace suite::test
