// Whether an edge is rung for changes or looks for them by itself, and when it looks next. Pure.
//
// Few changes: it sleeps and every commit rings, so that it costs nothing and hears at once. Many: it is awake and
// looks every couple of milliseconds, and no writer rings, since a NOTIFY in every commit would cap all writers.
// Between awake and asleep it *falls*: rung already, but still looking, until it has seen everybody who may have
// looked at the flag before it was set (docs/decisions/0014).
// Threads   The core's alone.
#pragma once

#include <array>
#include <optional>

#include "common/asio.hpp"
#include "edge_service/src/snapshot.hpp"

namespace edge {

class Wakefulness {
 public:
  using Time = suite::Clock::time_point;
  using Span = std::chrono::milliseconds;
  enum class State { silent, awake, falling, asleep };
  enum class Wish { nothing, fall, wake };  // what is to be asked of the database now

  struct Limits {
    Span busy{100};    // so many bells (kMany) within this wake
    Span quiet{250};   // fewer than kMany entries found within this let fall asleep
    Span gap{2};       // between two looks while awake, at least
    Span longest{10};  // and at most, however dear a look is
    Span residue{20};  // between two looks while falling
    Span poll{1000};   // between two looks while asleep or silent
  };
  explicit Wakefulness(const Limits& limits) : limits_(limits) {}

  State state() const { return state_; }

  void begin();  // with a new connection: awake as far as anybody knows, and tired
  void bell(Time now);
  // What the database said: whether this consumer sleeps in its eyes, or that nobody is ever rung.
  void acknowledged(State said);
  Wish wish(Time now) const;
  // Fallen asleep, to be sure of it once a look's xmin has reached `residue`; nothing: not possible now.
  void fell(std::optional<Xid> residue, Time now);
  void woke(Time now);
  // `found`: how many entries.
  void looked(Time began, Time ended, std::size_t found, Xid xmin);

  Time next_look() const { return next_look_; }

 private:
  static constexpr std::size_t kMany = 10;
  // The last few moments of something; `fast`: so many within `span` before `now`.
  class Moments {
   public:
    void add(Time moment) { moments_[next_++ % kMany] = moment; }
    bool fast(Time now, Span span) const { return next_ >= kMany && moments_[next_ % kMany] + span >= now; }
    void clear() { next_ = 0; }

   private:
    std::array<Time, kMany> moments_{};
    std::size_t next_ = 0;
  };

  Limits limits_;
  State state_ = State::awake;
  Moments bells_, finds_;
  Time awake_since_{};  // or the last vain attempt to fall
  Time next_look_{};
  Xid residue_ = 0;
  bool rung_in_vain_ = false;  // awake, but the database takes us for asleep
};

}  // namespace edge
