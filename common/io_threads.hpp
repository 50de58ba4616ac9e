// A fixed number of threads, each with an io_context of its own: what lives on one is touched by that one alone.
//
// Owner     main. The contexts live until destruction; stop() ends the threads.
// Failure   An exception that leaves a handler is a bug: it is logged and the process ends, to be restarted clean.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "common/asio.hpp"

namespace suite {

class IoThreads {
 public:
  explicit IoThreads(std::size_t count);
  ~IoThreads();

  std::size_t size() const { return contexts_.size(); }
  asio::io_context& operator[](std::size_t index) { return *contexts_[index]; }

  void start();
  void stop();  // waits for the threads

 private:
  std::vector<std::unique_ptr<asio::io_context>> contexts_;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::vector<std::thread> threads_;
};

}  // namespace suite
