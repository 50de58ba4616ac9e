#include "edge_service/src/history.hpp"

#include <algorithm>

namespace edge {

void History::append(Sequence at, const std::string& resource, const Changes& changes) {
  std::size_t bytes = sizeof(Item);
  for (const auto& change : changes) bytes += sizeof change + (change.before ? change.before->footprint() : 0);
  items_.push_back({at, resource, changes, bytes});
  bytes_ += bytes;
  reach_[resource].newest = at;
  while (bytes_ > limit_ && !items_.empty()) {
    bytes_ -= items_.front().bytes;
    reach_[items_.front().resource].floor = items_.front().at;
    items_.pop_front();
  }
}

std::optional<Changes> History::since(Sequence since, const std::string& resource) const {
  const auto reach = reach_.find(resource);
  if (reach == reach_.end()) return Changes{};
  if (since >= reach->second.newest) return Changes{};
  if (since < reach->second.floor) return std::nullopt;
  std::vector<const Changes*> steps;
  for (auto item = items_.rbegin(); item != items_.rend() && item->at > since; ++item) {
    if (item->resource == resource) steps.push_back(&item->changes);
  }
  std::reverse(steps.begin(), steps.end());
  return folded(steps);
}

void History::forget(const std::string& resource, Sequence at) {
  std::erase_if(items_, [&](const Item& item) {
    const bool gone = item.resource == resource;
    if (gone) bytes_ -= item.bytes;
    return gone;
  });
  reach_[resource] = {at, at};
}

}  // namespace edge
