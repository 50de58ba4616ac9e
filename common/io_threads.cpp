#include "common/io_threads.hpp"

#include <cstdlib>

#include "common/log.hpp"

namespace suite {

IoThreads::IoThreads(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    contexts_.push_back(std::make_unique<asio::io_context>(1));
    work_.push_back(asio::make_work_guard(*contexts_.back()));
  }
}

IoThreads::~IoThreads() { stop(); }

void IoThreads::start() {
  for (auto& context : contexts_) {
    threads_.emplace_back([&context = *context] {
      try {
        context.run();
      } catch (const std::exception& error) {
        log::error("bug", {{"error", error.what()}});
        std::abort();
      }
    });
  }
}

void IoThreads::stop() {
  work_.clear();
  for (auto& context : contexts_) context->stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace suite
