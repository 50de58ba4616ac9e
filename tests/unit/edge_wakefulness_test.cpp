// When an edge sleeps, wakes and looks, on a clock that the test holds.
#include <gtest/gtest.h>

#include "edge_service/src/wakefulness.hpp"

namespace edge {
namespace {

using namespace std::chrono_literals;
using State = Wakefulness::State;
using Wish = Wakefulness::Wish;

class WakefulnessTest : public ::testing::Test {
 protected:
  WakefulnessTest() { edge_.begin(); }

  Wish wish() const { return edge_.wish(now_); }
  void look(std::size_t found = 0, Xid xmin = 0, std::chrono::milliseconds took = 0ms) {
    const auto began = now_;
    now_ += took;
    edge_.looked(began, now_, found, xmin);
  }
  void sleep() {
    edge_.fell(7, now_);
    look(0, 7);
  }
  auto pause() const { return edge_.next_look() - now_; }

  Wakefulness edge_{Wakefulness::Limits{}};
  Wakefulness::Time now_ = suite::Clock::now();
};

TEST_F(WakefulnessTest, ANewConnectionFallsAtOnce) {
  EXPECT_EQ(edge_.state(), State::awake);
  EXPECT_EQ(wish(), Wish::fall);
}

TEST_F(WakefulnessTest, ItIsAsleepOnlyWhenALookHasSeenEverybodyBeforeTheFlag) {
  edge_.fell(7, now_);
  look(0, 6);
  EXPECT_EQ(edge_.state(), State::falling);
  EXPECT_EQ(pause(), 20ms);
  look(0, 7);
  EXPECT_EQ(edge_.state(), State::asleep);
  EXPECT_EQ(pause(), 1000ms);
}

TEST_F(WakefulnessTest, FewBellsLetItSleep) {
  sleep();
  for (int i = 0; i < 100; ++i) {
    edge_.bell(now_);
    now_ += 12ms;
    EXPECT_EQ(wish(), Wish::nothing);
  }
}

TEST_F(WakefulnessTest, ManyBellsWakeIt) {
  sleep();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(wish(), Wish::nothing);
    edge_.bell(now_ += 5ms);
  }
  EXPECT_EQ(wish(), Wish::wake);
  edge_.woke(now_);
  look(1);
  EXPECT_EQ(edge_.state(), State::awake);
  EXPECT_EQ(pause(), 2ms);
}

TEST_F(WakefulnessTest, BellsFromBeforeTheFallDoNotWake) {
  for (int i = 0; i < 10; ++i) edge_.bell(now_);
  edge_.fell(7, now_);
  EXPECT_EQ(wish(), Wish::nothing);
}

TEST_F(WakefulnessTest, AwakeItStaysWhileThereIsMuchToFind) {
  edge_.woke(now_);
  for (int i = 0; i < 100; ++i) {
    now_ += 10ms;
    look(1);
    EXPECT_EQ(wish(), Wish::nothing);
  }
  now_ += 250ms;
  EXPECT_EQ(wish(), Wish::fall);
}

// Under load looks are few and full.
TEST_F(WakefulnessTest, OneFullLookIsMuch) {
  edge_.woke(now_);
  now_ += 1s;
  look(5000, 0, 40ms);
  EXPECT_EQ(wish(), Wish::nothing);
}

TEST_F(WakefulnessTest, AVainFallIsNotTriedAtOnceAgain) {
  edge_.fell(std::nullopt, now_);
  EXPECT_EQ(edge_.state(), State::awake);
  EXPECT_EQ(wish(), Wish::nothing);
  now_ += 250ms;
  EXPECT_EQ(wish(), Wish::fall);
}

TEST_F(WakefulnessTest, ASleepThatLapsedIsBegunAnew) {
  sleep();
  edge_.acknowledged(State::asleep);
  EXPECT_EQ(wish(), Wish::nothing);
  edge_.acknowledged(State::awake);
  EXPECT_EQ(wish(), Wish::fall);
}

TEST_F(WakefulnessTest, AWakingThatWasNotHeardIsRepeated) {
  edge_.woke(now_);
  edge_.acknowledged(State::asleep);
  EXPECT_EQ(wish(), Wish::wake);
  edge_.woke(now_);
  EXPECT_EQ(wish(), Wish::nothing);
}

TEST_F(WakefulnessTest, WhereNobodyIsRungItOnlyPolls) {
  edge_.acknowledged(State::silent);
  look(1);
  EXPECT_EQ(pause(), 1000ms);
  for (int i = 0; i < 20; ++i) edge_.bell(now_);
  EXPECT_EQ(wish(), Wish::nothing);
  edge_.acknowledged(State::awake);
  EXPECT_EQ(wish(), Wish::fall);
}

TEST_F(WakefulnessTest, DearLooksAreMadeMoreSeldom) {
  edge_.woke(now_);
  look(1, 0, 4ms);
  EXPECT_EQ(pause(), 4ms);
  look(1, 0, 3s);
  EXPECT_EQ(pause(), 10ms);
}

}  // namespace
}  // namespace edge
