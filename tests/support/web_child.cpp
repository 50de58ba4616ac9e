#include "tests/support/web_child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "tests/support/web_eventually.hpp"

namespace web_test {

Child::Child(const std::vector<std::string>& command, const Environment& environment) {
  std::vector<std::string> variables{"PATH=" + std::string(std::getenv("PATH"))};
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> arguments;
  std::vector<char*> surroundings;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  for (const auto& variable : variables) surroundings.push_back(const_cast<char*>(variable.c_str()));
  arguments.push_back(nullptr);
  surroundings.push_back(nullptr);

  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    // What the test has open is not the child's: a listening socket would stay open with it.
    close_range(STDERR_FILENO + 1, ~0U, 0);
    execvpe(arguments[0], arguments.data(), surroundings.data());
    _exit(127);
  }
  close(ends[1]);
  pipe_ = ends[0];
  reader_ = std::thread([this] { read(); });
}

Child::~Child() {
  if (wait(std::chrono::seconds(0)) == -1) {
    signal(SIGCONT);
    signal(SIGKILL);
    wait();
  }
  if (reader_.joinable()) reader_.join();
  close(pipe_);
}

void Child::read() {
  std::array<char, 4096> bytes{};
  std::string line;
  for (;;) {
    const auto count = ::read(pipe_, bytes.data(), bytes.size());
    if (count <= 0) return;
    const std::lock_guard lock(mutex_);
    output_.append(bytes.data(), static_cast<std::size_t>(count));
    for (const char c : std::string_view(bytes.data(), static_cast<std::size_t>(count))) {
      if (c != '\n') {
        line += c;
        continue;
      }
      const auto logged = nlohmann::json::parse(line, nullptr, false);
      if (logged.is_object() && logged.contains("event")) events_.push_back(logged["event"]);
      line.clear();
    }
    more_.notify_all();
  }
}

bool Child::logs(const std::string& event, std::chrono::seconds limit) {
  std::unique_lock lock(mutex_);
  return more_.wait_for(lock, limit, [&] { return std::count(events_.begin(), events_.end(), event) > 0; });
}

std::size_t Child::count(const std::string& event) {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count(events_.begin(), events_.end(), event));
}

std::string Child::output() {
  const std::lock_guard lock(mutex_);
  return output_;
}

void Child::signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

int Child::wait(std::chrono::seconds limit) {
  const auto ended = [this] {
    if (exit_code_ != -1) return true;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    pid_ = -1;
    return true;
  };
  if (eventually(ended, limit) && reader_.joinable()) reader_.join();  // its last words are read, too
  return exit_code_;
}

std::string run(const std::vector<std::string>& command) {
  Child child(command, {{"LC_ALL", "C.UTF-8"}});
  const int code = child.wait(std::chrono::seconds(60));
  if (code != 0) throw std::runtime_error(command[0] + " ended with " + std::to_string(code) + ": " + child.output());
  return child.output();
}

}  // namespace web_test
