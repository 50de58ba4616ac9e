#include "edge_service/src/wakefulness.hpp"

#include <algorithm>

namespace edge {

void Wakefulness::begin() {
  state_ = State::awake;
  awake_since_ = Time{};
  next_look_ = Time{};
  bells_.clear();
  finds_.clear();
}

void Wakefulness::bell(Time now) { bells_.add(now); }

void Wakefulness::acknowledged(State said) {
  rung_in_vain_ = said == State::asleep && state_ == State::awake;
  if (said == State::silent) {
    state_ = State::silent;
  } else if (said == State::awake && state_ != State::awake) {  // the sleep has lapsed, or the bell is allowed again
    state_ = State::awake;
    awake_since_ = Time{};
    finds_.clear();
  }
}

Wakefulness::Wish Wakefulness::wish(Time now) const {
  switch (state_) {
    case State::silent: return Wish::nothing;
    case State::awake:
      if (now - awake_since_ >= limits_.quiet && !finds_.fast(now, limits_.quiet)) return Wish::fall;
      return rung_in_vain_ ? Wish::wake : Wish::nothing;
    case State::falling:
    case State::asleep: return bells_.fast(now, limits_.busy) ? Wish::wake : Wish::nothing;
  }
  return Wish::nothing;
}

void Wakefulness::fell(std::optional<Xid> residue, Time now) {
  awake_since_ = now;
  bells_.clear();
  if (!residue) return;
  state_ = State::falling;
  residue_ = *residue;
}

void Wakefulness::woke(Time now) {
  state_ = State::awake;
  rung_in_vain_ = false;
  awake_since_ = now;
  finds_.clear();
}

void Wakefulness::looked(Time began, Time ended, std::size_t found, Xid xmin) {
  for (std::size_t i = std::min(found, kMany); i > 0; --i) finds_.add(ended);
  if (state_ == State::falling && xmin >= residue_) state_ = State::asleep;
  const auto dear = std::chrono::duration_cast<Span>(ended - began);
  switch (state_) {
    case State::awake: next_look_ = ended + std::clamp(dear, limits_.gap, limits_.longest); break;
    case State::falling: next_look_ = ended + std::max(limits_.residue, dear); break;
    case State::silent:
    case State::asleep: next_look_ = ended + limits_.poll; break;
  }
}

}  // namespace edge
