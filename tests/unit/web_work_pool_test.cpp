// Blocking work behind co_await.
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "web_service/src/work_pool.hpp"

namespace suite::web {
namespace {

using namespace std::chrono_literals;

// Runs the coroutine to its end on a context of its own.
template <typename Value>
Value finish(asio::awaitable<Value> coroutine) {
  asio::io_context context;
  std::optional<Value> value;
  std::exception_ptr thrown;
  asio::co_spawn(context, std::move(coroutine), [&](std::exception_ptr failed, Value result) {
    thrown = failed;
    value = std::move(result);
  });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*value);
}

std::size_t number_of(std::size_t thread) { return thread; }

TEST(WorkPoolRunTest, ReturnsWhatTheWorkReturned) {
  WorkPool pool({2, 8, 1000ms});
  auto work = [](std::size_t) { return std::string("done"); };
  EXPECT_EQ(finish(pool.run(std::move(work))), "done");
}

TEST(WorkPoolRunTest, ThrowsWhatTheWorkThrew) {
  WorkPool pool({1, 8, 1000ms});
  auto work = [](std::size_t) -> int { throw std::runtime_error("no"); };
  EXPECT_THROW(finish(pool.run(std::move(work))), std::runtime_error);
  EXPECT_EQ(finish(pool.run(number_of)), 0U);  // the thread lives on
}

// A pool whose only thread is held until the gate opens.
class HeldPoolTest : public ::testing::Test {
 protected:
  explicit HeldPoolTest(WorkPool::Limits limits = {1, 2, 150ms}) : pool(limits) {
    holder = std::thread([this] {
      auto work = [this](std::size_t) {
        begun.set_value();
        gate.get_future().wait();
        return 0;
      };
      finish(pool.run(std::move(work)));
    });
    begun.get_future().wait();
  }
  ~HeldPoolTest() override {
    open();
    holder.join();
  }
  void open() {
    if (!std::exchange(opened, true)) gate.set_value();
  }

  WorkPool pool;
  std::promise<void> begun;
  std::promise<void> gate;
  bool opened = false;
  std::thread holder;
};

TEST_F(HeldPoolTest, PatienceEndsInTheLine) {
  EXPECT_EQ(finish(pool.run(number_of)), std::nullopt);
  EXPECT_EQ(pool.use().turned_away, 1U);
  EXPECT_EQ(pool.use().waiting, 0U);
  EXPECT_EQ(pool.use().running, 1U);
}

TEST_F(HeldPoolTest, TheLineIsBounded) {
  asio::io_context context;
  int turned_away = 0;
  int done = 0;
  for (int i = 0; i < 5; ++i) {
    asio::co_spawn(context, pool.run(number_of),
                   [&](std::exception_ptr, std::optional<std::size_t> result) { ++(result ? done : turned_away); });
  }
  while (turned_away < 3) context.run_one();  // at once: the line has two places
  EXPECT_EQ(pool.use().waiting, 2U);
  open();
  context.run();
  EXPECT_EQ(done, 2);
  EXPECT_EQ(turned_away, 3);
}

TEST_F(HeldPoolTest, WorkUnderWayIsWaitedForBeyondPatience) {
  open();
  auto work = [](std::size_t) {
    std::this_thread::sleep_for(400ms);  // the work itself is what takes long
    return 7;
  };
  EXPECT_EQ(finish(pool.run(std::move(work))), 7);
}

}  // namespace
}  // namespace suite::web
