#include "web_service/src/work_pool.hpp"

#include <algorithm>
#include <exception>

namespace suite::web {

// Work and the place where its giver waits. `done` and `thrown` are touched on the giver's io thread alone once the
// work has ended; the bell carries no data.
struct WorkPool::Job {
  Job(asio::any_io_executor executor, std::function<void(std::size_t)> to_do)
      : bell(std::move(executor)), work(std::move(to_do)) {}

  asio::steady_timer bell;
  std::function<void(std::size_t)> work;
  std::exception_ptr thrown;
  bool done = false;
};

WorkPool::WorkPool(const Limits& limits) : limits_(limits) {
  for (std::size_t i = 0; i < limits_.threads; ++i) threads_.emplace_back([this, i] { serve(i); });
}

WorkPool::~WorkPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    line_.clear();
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

asio::awaitable<bool> WorkPool::run_job(std::function<void(std::size_t)> work) {
  const auto job = std::make_shared<Job>(co_await asio::this_coro::executor, std::move(work));
  if (!enter(job)) co_return false;
  job->bell.expires_after(limits_.patience);
  co_await job->bell.async_wait(kTuple);
  if (!job->done && leave(job)) co_return false;
  while (!job->done) {
    job->bell.expires_at(Clock::time_point::max());
    co_await job->bell.async_wait(kTuple);
  }
  if (job->thrown) std::rethrow_exception(job->thrown);
  co_return true;
}

bool WorkPool::enter(const std::shared_ptr<Job>& job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || line_.size() >= limits_.waiting) {
      ++turned_away_;
      return false;
    }
    line_.push_back(job);
  }
  wake_.notify_one();
  return true;
}

bool WorkPool::leave(const std::shared_ptr<Job>& job) {
  const std::lock_guard lock(mutex_);
  const auto place = std::find(line_.begin(), line_.end(), job);
  if (place == line_.end()) return false;
  line_.erase(place);
  ++turned_away_;
  return true;
}

void WorkPool::serve(std::size_t thread) {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !line_.empty(); });
    if (stopping_) return;
    auto job = std::move(line_.front());
    line_.pop_front();
    ++running_;
    lock.unlock();
    std::exception_ptr thrown;
    try {
      job->work(thread);
    } catch (...) {
      thrown = std::current_exception();
    }
    const auto executor = job->bell.get_executor();
    asio::post(executor, [job = std::move(job), thrown = std::move(thrown)] {
      job->thrown = thrown;
      job->done = true;
      job->bell.cancel();
    });
    lock.lock();
    --running_;
  }
}

WorkPool::Use WorkPool::use() const {
  const std::lock_guard lock(mutex_);
  return {limits_.threads, running_, line_.size(), turned_away_};
}

}  // namespace suite::web
