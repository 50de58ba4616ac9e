// A program under test: started with an environment of its own, its log read line by line, ended with the test.
//
// Owner     The test. The child ends with its owner, and with the test's process.
// Threads   The test's; a thread of its own reads what the child writes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace web_test {

class Child {
 public:
  using Environment = std::map<std::string, std::string>;

  // `environment` is all the child sees, beside PATH.
  Child(const std::vector<std::string>& command, const Environment& environment);
  Child(const Child&) = delete;
  ~Child();

  // Whether the child logs an event of this name, from here or before; waits for it.
  bool logs(const std::string& event, std::chrono::seconds limit = std::chrono::seconds(10));
  std::size_t count(const std::string& event);
  std::string output();  // standard output and error so far

  void signal(int number) const;
  // The exit code, 128 + n where signal n ended it, -1 where it did not end in time.
  int wait(std::chrono::seconds limit = std::chrono::seconds(15));
  bool ended() { return wait(std::chrono::seconds(0)) != -1; }

 private:
  void read();

  pid_t pid_ = -1;
  int pipe_ = -1;
  int exit_code_ = -1;
  std::mutex mutex_;
  std::condition_variable more_;
  std::string output_;
  std::vector<std::string> events_;
  std::thread reader_;
};

// Runs a command to its end; throws with its output where it fails.
std::string run(const std::vector<std::string>& command);

}  // namespace web_test
