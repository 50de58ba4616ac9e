// The processes above this one, the leader first, and this one: what tells a node that it would follow itself.
//
// Threads   Any. The core sets it, those who serve followers read it.
#pragma once

#include <algorithm>
#include <mutex>
#include <vector>

#include "edge_service/src/replication_records.hpp"

namespace edge {

class Ancestry {
 public:
  Ancestry() : path_{self_} {}

  std::vector<replication::ProcessId> path() const {
    const std::lock_guard lock(lock_);
    return path_;
  }
  // False where this node is among those: it would follow itself.
  bool follow(std::vector<replication::ProcessId> above) {
    if (std::find(above.begin(), above.end(), self_) != above.end()) return false;
    above.push_back(self_);
    const std::lock_guard lock(lock_);
    path_ = std::move(above);
    return true;
  }

 private:
  const replication::ProcessId self_ = new_lineage();
  mutable std::mutex lock_;
  std::vector<replication::ProcessId> path_;
};

}  // namespace edge
