// What a node knows of its own freshness: as of when it is fresh, and whether its upstream is there.
//
// Fresh as of t means: every commit before t is in what this node shows. An upstream moves t forward with every
// successful look; nothing else does, so silence shows (G9).
// A broken resource stays behind: it is fresh as of when it was last read, whatever the others are.
// Threads   Any: single values, each atomic.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "edge_service/src/troubles.hpp"

namespace edge {

class Health {
 public:
  using Time = std::chrono::system_clock::time_point;

  // A node is stale when it is not known to be fresh within `patience` (two probes).
  explicit Health(std::chrono::milliseconds patience, std::size_t shelves) : patience_(patience), missing_(shelves) {}

  void connected() { connected_ = true; }
  void disconnected() { connected_ = false; }
  void fresh_as_of(Time time) { fresh_as_of_ = time; }
  void shelf_loaded() { --missing_; }
  // A node below others hears of them a little later.
  void be_patient(std::chrono::milliseconds patience) { patience_ = patience; }
  // How far a load has come, in entries; zeros: none is under way.
  void loading(std::uint64_t done, std::uint64_t of) {
    loading_done_ = done;
    loading_of_ = of;
  }
  void drain() { draining_ = true; }

  bool upstream_connected() const { return connected_; }
  bool loaded() const { return missing_ == 0; }
  bool draining() const { return draining_; }
  Time fresh_as_of() const { return fresh_as_of_; }
  Time fresh_as_of(const std::string& resource) const {
    return troubles_.fresh_as_of(resource).value_or(fresh_as_of_.load());
  }
  bool stale(Time now) const { return stale_as_of(fresh_as_of(), now); }
  bool stale_as_of(Time as_of, Time now) const { return now - as_of > patience_.load(); }
  std::uint64_t loading_done() const { return loading_done_; }
  std::uint64_t loading_of() const { return loading_of_; }
  // Zero while the node is known to be fresh.
  std::chrono::milliseconds staleness(Time now) const { return age(now, fresh_as_of()); }
  std::chrono::milliseconds staleness(Time now, const std::string& resource) const {
    return age(now, fresh_as_of(resource));
  }

  Troubles& troubles() { return troubles_; }
  const Troubles& troubles() const { return troubles_; }

 private:
  std::chrono::milliseconds age(Time now, Time as_of) const {
    return stale_as_of(as_of, now) ? std::chrono::duration_cast<std::chrono::milliseconds>(now - as_of)
                                   : std::chrono::milliseconds(0);
  }

  std::atomic<std::chrono::milliseconds> patience_;
  std::atomic<std::uint64_t> loading_done_{0}, loading_of_{0};
  std::atomic<bool> connected_{false};
  std::atomic<bool> draining_{false};
  std::atomic<std::size_t> missing_;
  std::atomic<Time> fresh_as_of_{Time{}};
  Troubles troubles_;
};

}  // namespace edge
