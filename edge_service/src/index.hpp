// The entries of a resource by the values of some of its columns: what finds the windows that a change touches, and
// what fills a window without a look at the other entries.
//
// A *bucket* holds, in the resource's order, all entries that share those values; the windows with these parameters
// hang on it. An array column puts an entry into one bucket per element (at most one array column per index).
// Threads   The store's alone.
#pragma once

#include <absl/container/btree_set.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "edge_service/src/change.hpp"

namespace edge {

class Window;

class Index;

struct Bucket {
  absl::btree_set<EntryPtr, ByOrder> entries;
  std::vector<Window*> windows;
  Index* index = nullptr;  // of a bucket that windows were opened on
};

class Index {
 public:
  // `places` count the declaration's matched columns.
  explicit Index(std::vector<std::size_t> places) : places_(std::move(places)) {}

  const std::vector<std::size_t>& places() const { return places_; }

  // All entries of a resource, into an index that has none.
  template <typename Entries>
  void fill(const Entries& entries);

  // Moves a changed entry and reports to each bucket concerned what it saw.
  template <typename Report>  // (Bucket&, Change)
  void move(const Change& change, Report&& report);

  // The bucket of these values, for a window; made where there is none.
  Bucket& bucket(const std::string& values);
  void attach(Bucket& bucket, Window* window);
  void detach(Bucket& bucket, Window* window);

  static std::string values_of(const std::vector<std::string>& images);
  bool has_windows() const { return windows_ > 0; }

 private:
  // An entry beside the first bytes of what orders it: sorting looks at the entry itself only where these are equal.
  struct Placed {
    explicit Placed(const EntryPtr& of);
    bool operator<(const Placed& other) const;

    std::array<std::uint64_t, 2> first;
    const EntryPtr* entry;
  };

  std::vector<std::string> buckets_of(const Entry* entry) const;
  static void replace(Bucket& bucket, const Change& change);
  void fill_sorted(const std::vector<Placed>& sorted);

  std::vector<std::size_t> places_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::size_t windows_ = 0;
};

template <typename Entries>
void Index::fill(const Entries& entries) {
  std::vector<Placed> sorted(entries.begin(), entries.end());
  std::sort(sorted.begin(), sorted.end());
  fill_sorted(sorted);
}

template <typename Report>
void Index::move(const Change& change, Report&& report) {
  const auto left = buckets_of(change.before.get());
  if (change.before && change.after && change.before->match() == change.after->match() &&
      change.before->order() == change.after->order()) {  // most changes: each stays where it is
    for (const auto& values : left) {
      Bucket& bucket = buckets_[values];
      replace(bucket, change);
      report(bucket, Change(change));
    }
    return;
  }
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
