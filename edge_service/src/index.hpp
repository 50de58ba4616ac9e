// The entries of a resource by the values of some of its columns: what finds the windows that a change touches, and
// what fills a window without a look at the other entries.
//
// A *bucket* holds, in the resource's order, all entries that share those values; the windows with these parameters
// hang on it. An array column puts an entry into one bucket per element (at most one array column per index).
// Threads   The store's alone.
#pragma once

#include <absl/container/btree_set.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "edge_service/src/change.hpp"

namespace edge {

class Window;

struct Bucket {
  absl::btree_set<EntryPtr, ByOrder> entries;
  std::vector<Window*> windows;
};

class Index {
 public:
  // `places` count the declaration's matched columns.
  explicit Index(std::vector<std::size_t> places) : places_(std::move(places)) {}

  const std::vector<std::size_t>& places() const { return places_; }

  void insert(const EntryPtr& entry);

  // Moves a changed entry and reports to each bucket concerned what it saw.
  template <typename Report>  // (Bucket&, Change)
  void move(const Change& change, Report&& report);

  // The bucket of these values; made where there is none.
  Bucket& bucket(const std::string& values) { return buckets_[values]; }
  void drop_if_empty(const std::string& values);

  static std::string values_of(const std::vector<std::string>& images);
  bool has_windows() const;

 private:
  std::vector<std::string> buckets_of(const Entry* entry) const;

  std::vector<std::size_t> places_;
  std::unordered_map<std::string, Bucket> buckets_;
};

template <typename Report>
void Index::move(const Change& change, Report&& report) {
  const auto left = buckets_of(change.before.get());
  const auto entered = buckets_of(change.after.get());
  for (const auto& values : left) {
    const auto found = buckets_.find(values);
    if (found == buckets_.end()) continue;
    found->second.entries.erase(change.before);
    const bool stays = std::find(entered.begin(), entered.end(), values) != entered.end();
    if (!stays) report(found->second, Change{change.before, nullptr});
    if (!stays && found->second.entries.empty() && found->second.windows.empty()) buckets_.erase(found);
  }
  for (const auto& values : entered) {
    Bucket& bucket = buckets_[values];
    bucket.entries.insert(change.after);
    const bool stayed = std::find(left.begin(), left.end(), values) != left.end();
    report(bucket, Change{stayed ? change.before : nullptr, change.after});
  }
}

}  // namespace edge
