// What a node counts, and how Prometheus reads it.
//
// Threads   Any. What happens per read or per frame is counted per io thread, so that no two threads write one line of
//           memory; the rest is rare and shared.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "edge_service/src/followers.hpp"
#include "edge_service/src/health.hpp"
#include "edge_service/src/store.hpp"

namespace edge {

class Metrics {
  using Count = std::atomic<std::uint64_t>;
  struct alignas(64) Thread {
    Count reads{0}, joined{0}, left{0}, frames{0}, bytes{0};
  };
  // One writer per counter: no locked instruction is needed.
  static void bump(Count& count, std::uint64_t by = 1) {
    count.store(count.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

 public:
  explicit Metrics(std::size_t threads) : threads_(threads) {}

  // Upstream, on the core.
  void upstream_lost() { ++upstream_lost_; }
  void bell_heard() { ++bells_; }
  void pulled() { ++pulls_; }
  void duplicates(const std::string& resource, std::size_t count);  // keys that are not unique now

  // Readers, on their io thread.
  void read_served(std::size_t thread) { bump(threads_[thread].reads); }
  // One stream, for as long as it lives.
  class Reader {
   public:
    Reader(Metrics& metrics, std::size_t thread) : counts_(metrics.threads_[thread]) { bump(counts_.joined); }
    Reader(const Reader&) = delete;
    ~Reader() { bump(counts_.left); }

   private:
    Thread& counts_;
  };
  void frame_sent(std::size_t thread, std::size_t bytes) {
    bump(threads_[thread].frames);
    bump(threads_[thread].bytes, bytes);
  }

  std::size_t readers() const;

  // The text format. `figures` were read on the core.
  std::string text(const Health& health, const Store::Figures& figures, const Followers& followers) const;

 private:
  std::uint64_t sum(Count Thread::*count) const;

  std::vector<Thread> threads_;
  Count upstream_lost_{0}, bells_{0}, pulls_{0};
  mutable std::mutex duplicates_lock_;
  std::map<std::string, std::size_t> duplicates_;
};

}  // namespace edge
