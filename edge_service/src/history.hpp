// What the last versions changed, resource by resource: what a reader that comes back has missed.
//
// Owner     The store; bounded in bytes, the oldest version goes first.
// Threads   The store's alone.
#pragma once

#include <deque>
#include <string>

#include "edge_service/src/change.hpp"
#include "edge_service/src/text_map.hpp"
#include "edge_service/src/version.hpp"

namespace edge {

class History {
 public:
  explicit History(std::size_t bytes) : limit_(bytes) {}

  void append(Sequence at, const std::string& resource, const Changes& changes);

  // What happened to the resource after `since`, folded; nothing where the history does not reach back so far.
  std::optional<Changes> since(Sequence since, const std::string& resource) const;

  // The resource was defined anew at `at`: what came before is another resource's history.
  void forget(const std::string& resource, Sequence at);

  std::size_t bytes() const { return bytes_; }

 private:
  struct Item {
    Sequence at;
    std::string resource;
    Changes changes;
    std::size_t bytes;
  };
  struct Reach {
    Sequence newest = 0;  // the last version that changed the resource
    Sequence floor = 0;   // versions from here on can be told apart
  };

  std::size_t limit_;
  std::size_t bytes_ = 0;
  std::deque<Item> items_;
  TextMap<Reach> reach_;
};

}  // namespace edge
