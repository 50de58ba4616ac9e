// A program under test: started with an environment of its own, its output kept in a file, ended with the test.
//
// Owner     The test. The program ends with its owner, and with the test's process however that ends.
// Threads   The test's.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace suite::test {

class Process {
 public:
  using Environment = std::map<std::string, std::string>;

  // `environment` is all the program sees, beside PATH.
  Process(const std::vector<std::string>& command, const Environment& environment);
  Process(const Process&) = delete;
  ~Process();

  std::string output() const;  // standard output and error so far
  // How often an event of this name was logged so far.
  std::size_t count(const std::string& event) const;
  // Waits until the event was logged, this often at least.
  bool logs(const std::string& event, std::size_t times = 1) const;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  bool running();
  // Waits for the end: the exit code, 128 + n where signal n ended it, -1 where it did not end in time.
  int wait(std::chrono::milliseconds limit = std::chrono::seconds(20));

 private:
  pid_t pid_ = -1;
  int exit_code_ = -1;
  std::string file_;
};

// Runs a command to its end and returns its output; throws with the output where it fails.
std::string run(const std::vector<std::string>& command);

}  // namespace suite::test
