// A client that follows the ledger over the nodes it is given, and judges every frame.
//
// Whenever its stream ends it comes back, with Last-Event-ID, to another node at random; it also leaves by itself from
// time to time where it roams. What it holds after each frame must be what the ledger noted for that generation; a
// generation must never be older than the one before; an update must differ in every entry that it names, so nothing
// is told twice.
//
// Threads   One of its own reads; everything else may be called from the test's.
// Failure   The first thing that is wrong is kept, with the frame that told it; the witness then goes on no more.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <random>

#include "tests/support/ledger.hpp"
#include "tests/support/sse_client.hpp"

namespace suite::test {

struct WitnessOptions {
  std::string name;
  std::vector<std::uint16_t> ports;  // streaming
  unsigned seed = 1;
  bool roams = false;
  std::size_t limit = 0;  // of its window; 0: all
};

class Witness {
 public:
  Witness(Ledger& ledger, WitnessOptions options);
  Witness(const Witness&) = delete;
  ~Witness();

  Generation shown() const { return shown_; }
  Texts entries() const;
  int inits() const { return inits_; }        // the first included
  int arrivals() const { return arrivals_; }  // connections that were answered
  int updates() const { return updates_; }
  std::string last_heartbeat() const;  // its data
  bool shows(Generation generation, std::chrono::milliseconds limit = std::chrono::seconds(15)) const;

  // Success where nothing was wrong so far.
  ::testing::AssertionResult true_so_far() const;

 private:
  void follow();
  void visit(std::uint16_t port);
  bool take(const SseFrame& frame, std::uint16_t port, bool first);
  std::string judge(const SseFrame& frame, bool first);
  std::string compare() const;
  std::uint16_t elsewhere();

  Ledger& ledger_;
  const WitnessOptions options_;
  std::mt19937 random_;
  std::atomic<bool> stopped_{false};
  std::atomic<Generation> shown_{Ledger::kNone};
  std::atomic<int> inits_{0}, arrivals_{0}, updates_{0};

  mutable std::mutex mutex_;
  std::string fault_;
  std::string heartbeat_;
  Texts entries_;

  std::uint16_t port_ = 0;
  std::string id_;  // Last-Event-ID
  std::thread thread_;
};

}  // namespace suite::test
