// Which nodes follow this one, for status and metrics.
//
// Owner     main, one for all io threads.
// Threads   Any; a follower notes where it is without a lock.
#pragma once

#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "edge_service/src/version.hpp"

namespace edge {

class Followers {
  struct Item {
    std::string node;
    std::atomic<Sequence> at{0};
  };

 public:
  // One follower, for as long as it is connected.
  class Place {
   public:
    Place(Followers& followers, const std::string& node) : followers_(followers) {
      const std::lock_guard lock(followers_.lock_);
      item_ = followers_.items_.emplace(followers_.items_.end());
      item_->node = node;
    }
    Place(const Place&) = delete;
    ~Place() {
      const std::lock_guard lock(followers_.lock_);
      followers_.items_.erase(item_);
    }

    void reached(Sequence at) { item_->at.store(at, std::memory_order_relaxed); }
    void sent(std::size_t versions, std::size_t bytes) {
      followers_.versions_ += versions;
      followers_.bytes_ += bytes;
    }

   private:
    Followers& followers_;
    std::list<Item>::iterator item_;
  };

  struct Info {
    std::string node;
    Sequence at = 0;  // of this node's versions
  };
  std::vector<Info> all() const {
    const std::lock_guard lock(lock_);
    std::vector<Info> infos;
    for (const auto& item : items_) infos.push_back({item.node, item.at.load(std::memory_order_relaxed)});
    return infos;
  }
  std::uint64_t versions_sent() const { return versions_; }
  std::uint64_t bytes_sent() const { return bytes_; }

 private:
  mutable std::mutex lock_;
  std::list<Item> items_;
  std::atomic<std::uint64_t> versions_{0}, bytes_{0};
};

}  // namespace edge
