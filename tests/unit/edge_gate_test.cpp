// What visitors of a gate see is never half of a change, and the gate is not closed to them for ever.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "edge_service/src/gate.hpp"

namespace edge {
namespace {

TEST(Gate, VisitorsSeeNoChangeHalfDone) {
  constexpr int kChanges = 20000;
  Gate gate;
  std::array<int, 64> values{};  // all equal, but for moments
  std::atomic<bool> done{false};
  struct Seen {
    int looks = 0, torn = 0, backwards = 0, last = 0;
  };
  std::vector<Seen> seen(3);
  std::vector<std::thread> threads;
  for (auto& mine : seen) {
    threads.emplace_back([&, &visitor = gate.admit()] {
      while (!done || mine.looks == 0) {
        const auto look = [&]() noexcept { return values; };
        const auto found = visitor.visit(look);
        if (!found) continue;
        ++mine.looks;
        for (const int value : *found) mine.torn += value != found->front();
        mine.backwards += found->front() < mine.last;
        mine.last = found->front();
      }
    });
  }
  for (int change = 1; change <= kChanges; ++change) {
    const Gate::Closed closed(gate);
    for (int& value : values) value = change;
  }
  done = true;
  for (auto& thread : threads) thread.join();
  for (const auto& mine : seen) {
    EXPECT_EQ(mine.torn, 0);
    EXPECT_EQ(mine.backwards, 0);
    EXPECT_GT(mine.looks, 0);
  }
}

TEST(Gate, IsClosedToVisitorsWhileTheOwnerIsAtWork) {
  Gate gate;
  auto& visitor = gate.admit();
  const auto look = []() noexcept { return 1; };
  {
    const Gate::Closed closed(gate);
    EXPECT_FALSE(visitor.visit(look));
  }
  EXPECT_EQ(visitor.visit(look), 1);
}

}  // namespace
}  // namespace edge
