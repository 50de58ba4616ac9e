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
  void drain() { draining_ = true; }

  bool upstream_connected() const { return connected_; }
  bool loaded() const { return missing_ == 0; }
  bool draining() const { return draining_; }
  Time fresh_as_of() const { return fresh_as_of_; }
  Time fresh_as_of(const std::string& resource) const {
    return troubles_.fresh_as_of(resource).value_or(fresh_as_of_.load());
  }
  bool stale(Time now) const { return now - fresh_as_of() > patience_; }
  // Zero while the node is known to be fresh.
  std::chrono::milliseconds staleness(Time now) const { return age(now, fresh_as_of()); }
  std::chrono::milliseconds staleness(Time now, const std::string& resource) const {
    return age(now, fresh_as_of(resource));
  }

  Troubles& troubles() { return troubles_; }
  const Troubles& troubles() const { return troubles_; }

 private:
  std::chrono::milliseconds age(Time now, Time as_of) const {
    return now - as_of > patience_ ? std::chrono::duration_cast<std::chrono::milliseconds>(now - as_of)
                                   : std::chrono::milliseconds(0);
  }

  std::chrono::milliseconds patience_;
  std::atomic<bool> connected_{false};
  std::atomic<bool> draining_{false};
  std::atomic<std::size_t> missing_;
  std::atomic<Time> fresh_as_of_{Time{}};
  Troubles troubles_;
};

}  // namespace edge
