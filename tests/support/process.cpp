#include "tests/support/process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace suite::test {

Process::Process(const std::vector<std::string>& command, const Environment& environment) {
  std::vector<std::string> variables{"PATH=" + std::string(std::getenv("PATH"))};
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> arguments, surroundings;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  for (const auto& variable : variables) surroundings.push_back(const_cast<char*>(variable.c_str()));
  arguments.push_back(nullptr);
  surroundings.push_back(nullptr);

  file_ = (std::filesystem::temp_directory_path() / "suite-test-output-XXXXXX").string();
  const int output = mkostemp(file_.data(), O_CLOEXEC | O_APPEND);
  if (output < 0) throw std::runtime_error("no file for the output of " + command[0]);
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    // What the test has open is not the program's: a socket it listens on would stay open with it.
    close_range(STDERR_FILENO + 1, ~0U, 0);
    execvpe(arguments[0], arguments.data(), surroundings.data());
    _exit(127);
  }
  close(output);
}

Process::~Process() {
  if (running()) {
    signal(SIGKILL);
    wait();
  }
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

std::string Process::output() const {
  std::ifstream file(file_, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t Process::count(const std::string& event) const {
  std::size_t found = 0;
  std::istringstream lines(output());
  for (std::string line; std::getline(lines, line);) {
    const auto logged = nlohmann::json::parse(line, nullptr, false);
    found += logged.is_object() && logged.value("event", "") == event;
  }
  return found;
}

bool Process::logs(const std::string& event, std::size_t times) const {
  return eventually([&] { return count(event) >= times; });
}

void Process::signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

bool Process::running() { return wait(std::chrono::milliseconds(0)) == -1; }

int Process::wait(std::chrono::milliseconds limit) {
  const auto ended = [this] {
    if (pid_ <= 0) return true;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    pid_ = -1;
    return true;
  };
  return eventually(ended, limit) ? exit_code_ : -1;
}

std::string run(const std::vector<std::string>& command) {
  Process process(command, {{"LC_ALL", "C.UTF-8"}});
  const int code = process.wait(std::chrono::seconds(60));
  if (code != 0) throw std::runtime_error(command[0] + " ended with " + std::to_string(code) + ": " + process.output());
  return process.output();
}

}  // namespace suite::test
