// The subscribing half of the load: streams, and what came on them when.
//
// Counted   An event's delay is from the stamp in it to the moment at which it was read. A change's delay is to the
//           moment at which its subscriber read this or a later change: so a change that a server leaves out, since
//           there is a newer state, has a delay, too.
// Slow      A slow subscriber opens like any other, and then reads a byte a second, or nothing, until it is to read on.
#pragma once

#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "tests/bench/histogram.hpp"
#include "tests/bench/poll.hpp"
#include "tests/bench/stamp.hpp"

namespace bench {

// What subscribers count together.
struct Tally {
  static constexpr std::size_t kMostRefused = 2000;

  explicit Tally(const std::vector<std::int64_t>& moments) : sent(moments) {}

  const std::vector<std::int64_t>& sent;  // of the changes 1, 2, …
  std::uint64_t uncounted = 0;            // so many changes at the beginning
  std::int64_t since = 0;                 // what was sent before is of an earlier load
  std::size_t open = 0, refused = 0;      // streams
  std::uint64_t events = 0, bytes = 0;    // uncounted ones, too
  std::int64_t last_at = 0;               // the last event
  Histogram event_delays, change_delays;
};

class Subscriber final : public Ready {
 public:
  static constexpr int kSmallBuffer = 4096;

  Subscriber(Poll& poll, const Address& address, std::uint32_t host, bool slow, Tally& tally)
      : poll_(poll), address_(address), host_(host), tally_(tally), slow_(slow) {
    ask();
  }

  bool lost() const { return lost_; }  // the server ended it
  bool slow() const { return slow_; }
  std::uint64_t last() const { return last_; }
  std::uint64_t events() const { return events_; }
  // Of the last event that left changes out: how many, and how many events have come since, itself included.
  std::uint64_t leap() const { return leap_; }
  std::uint64_t events_since_leap() const { return events_since_leap_; }

  void ready() override {
    if (!open_) return begin();
    if (!slow_) read();
  }

  void read_one_byte() { take(1); }
  void read_on() {
    slow_ = false;
    read();
  }

 private:
  void ask() {
    socket_ = connect_to(address_.port, host_, slow_ ? kSmallBuffer : 0);
    send_whole(*socket_, "GET " + address_.target + " HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n");
    poll_.add(*socket_, *this);
  }

  // The head: what follows it is read like the rest. Who is refused asks again.
  void begin() {
    char head[512];
    const auto count = recv(*socket_, head, sizeof head, slow_ ? 0 : MSG_PEEK);
    if (count < 13 || std::string_view(head + 8, 4) != " 200") {
      if (++tally_.refused > Tally::kMostRefused) throw std::runtime_error("too many streams are refused");
      return ask();
    }
    open_ = true;
    ++tally_.open;
    if (!slow_) read();
  }

  void read() {
    while (take(kMost) == kMost) {
    }
  }

  // Behind the beginning of a stamp that the last part may have ended with.
  std::size_t take(std::size_t most) {
    static std::array<char, kStampSize + kMost> buffer;
    const auto count = recv(*socket_, buffer.data() + rest_size_, most, 0);
    if (count <= 0) {
      lost_ = lost_ || count == 0 || errno != EAGAIN;
      return 0;
    }
    const auto now = now_ns();
    std::memcpy(buffer.data(), rest_.data(), rest_size_);
    const std::string_view text(buffer.data(), rest_size_ + static_cast<std::size_t>(count));
    const auto rest = scan(text, [&](const Stamp& stamp) { saw(stamp, now); });
    std::memcpy(rest_.data(), rest.data(), rest_size_ = rest.size());
    tally_.bytes += static_cast<std::size_t>(count);
    return static_cast<std::size_t>(count);
  }

  void saw(const Stamp& stamp, std::int64_t now) {
    if (stamp.at < tally_.since) return;
    ++events_;
    if (stamp.number > last_ + 1) {
      leap_ = stamp.number - last_ - 1;
      events_since_leap_ = 0;
    }
    ++events_since_leap_;
    if (counts_) count(stamp, now);
    last_ = std::max(last_, stamp.number);
  }

  void count(const Stamp& stamp, std::int64_t now) {
    ++tally_.events;
    tally_.last_at = now;
    if (stamp.number > tally_.uncounted) tally_.event_delays.add(now - stamp.at);
    for (auto number = std::max(last_, tally_.uncounted) + 1; number <= stamp.number; ++number) {
      tally_.change_delays.add(now - tally_.sent[number - 1]);
    }
  }

  static constexpr std::size_t kMost = 65536;

  Poll& poll_;
  const Address& address_;
  const std::uint32_t host_;
  Tally& tally_;
  bool slow_;
  const bool counts_ = !slow_;
  Socket socket_;
  bool open_ = false, lost_ = false;
  std::array<char, kStampSize> rest_;
  std::size_t rest_size_ = 0;
  std::uint64_t last_ = 0, events_ = 0, leap_ = 0, events_since_leap_ = 0;
};

}  // namespace bench
