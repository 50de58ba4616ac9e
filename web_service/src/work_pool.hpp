// Threads for work that blocks (SQL) or burns (Argon2id), with a bounded line in front of them.
//
// Owner     main. It outlives the io threads' last turn; those who still wait then are not resumed.
// Threads   run() on any io thread, and it resumes there; work on a thread of the pool, which it is told the number of.
// Slow      `waiting` bounds the line, `patience` the time in it; beyond either the work is turned away undone.
//           Work under way is waited for: whoever gives it bounds its time.
// Failure   What the work throws, run() throws.
// Compiler  Work is named before it is given (`auto work = …; co_await pool.run(std::move(work))`), here and in Database:
//           g++ 12 destroys a closure made inside a co_await expression twice.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "common/asio.hpp"

namespace suite::web {

class WorkPool {
 public:
  struct Limits {
    std::size_t threads = 1;
    std::size_t waiting = 64;
    std::chrono::milliseconds patience{2000};
  };

  struct Use {
    std::size_t threads = 0;
    std::size_t running = 0;
    std::size_t waiting = 0;
    std::uint64_t turned_away = 0;  // since the start
  };

  explicit WorkPool(const Limits& limits);
  ~WorkPool();  // waits for what runs, drops what waits

  // What `work(thread)` returned; nothing where it was turned away.
  template <typename Work>
  asio::awaitable<std::optional<std::invoke_result_t<Work&, std::size_t>>> run(Work work);

  Use use() const;

 private:
  struct Job;

  asio::awaitable<bool> run_job(std::function<void(std::size_t)> work);
  bool enter(const std::shared_ptr<Job>& job);
  bool leave(const std::shared_ptr<Job>& job);  // true where the job had not begun
  void serve(std::size_t thread);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Job>> line_;
  std::size_t running_ = 0;
  std::uint64_t turned_away_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

template <typename Work>
asio::awaitable<std::optional<std::invoke_result_t<Work&, std::size_t>>> WorkPool::run(Work work) {
  // Shared with the pool's thread, which may outlive this coroutine when the process ends.
  auto result = std::make_shared<std::optional<std::invoke_result_t<Work&, std::size_t>>>();
  auto shared_work = std::make_shared<Work>(std::move(work));
  std::function<void(std::size_t)> job = [result, shared_work](std::size_t thread) {
    result->emplace((*shared_work)(thread));
  };
  co_await run_job(std::move(job));
  co_return std::move(*result);
}

}  // namespace suite::web
