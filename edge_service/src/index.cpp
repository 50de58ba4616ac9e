#include "edge_service/src/index.hpp"

#include <algorithm>

namespace edge {
namespace {

void append(std::string& values, std::string_view image) {
  values.append(std::to_string(image.size())).append(":").append(image);
}

}  // namespace

std::string Index::values_of(const std::vector<std::string>& images) {
  std::string values;
  for (const auto& image : images) append(values, image);
  return values;
}

std::vector<std::string> Index::buckets_of(const Entry* entry) const {
  std::vector<std::string> found;
  if (!entry) return found;
  found.emplace_back();
  for (const std::size_t place : places_) {
    std::vector<std::string> longer;
    entry->each_image(place, [&](std::string_view image) {
      for (const auto& values : found) append(longer.emplace_back(values), image);
    });
    found = std::move(longer);
  }
  // An array may hold an element twice.
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void Index::insert(const EntryPtr& entry) {
  for (const auto& values : buckets_of(entry.get())) buckets_[values].entries.insert(entry);
}

void Index::drop_if_empty(const std::string& values) {
  const auto found = buckets_.find(values);
  if (found != buckets_.end() && found->second.entries.empty() && found->second.windows.empty()) buckets_.erase(found);
}

bool Index::has_windows() const {
  return std::any_of(buckets_.begin(), buckets_.end(), [](const auto& item) { return !item.second.windows.empty(); });
}

}  // namespace edge
