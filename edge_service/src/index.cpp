#include "edge_service/src/index.hpp"

#include <algorithm>
#include <boost/endian/conversion.hpp>
#include <cstring>

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

Index::Placed::Placed(const EntryPtr& of) : first{}, entry(&of) {
  const std::string_view order = of->order();
  std::memcpy(first.data(), order.data(), std::min(order.size(), sizeof first));
  for (auto& part : first) part = boost::endian::big_to_native(part);
}

bool Index::Placed::operator<(const Placed& other) const {
  return first != other.first ? first < other.first : ByOrder()(*entry, *other.entry);
}

void Index::fill_sorted(const std::vector<Placed>& sorted) {
  for (const Placed& placed : sorted) {
    const EntryPtr& entry = *placed.entry;
    for (const auto& values : buckets_of(entry.get())) {
      auto& entries = buckets_[values].entries;
      entries.insert(entries.end(), entry);  // known to be the last: no descent
    }
  }
}

// In its place: it is ordered as the one before.
void Index::replace(Bucket& bucket, const Change& change) {
  const auto found = bucket.entries.find(change.before);
  if (found == bucket.entries.end()) {
    bucket.entries.insert(change.after);
  } else {
    const_cast<EntryPtr&>(*found) = change.after;
  }
}

Bucket& Index::bucket(const std::string& values) {
  Bucket& found = buckets_[values];
  found.index = this;
  return found;
}

void Index::attach(Bucket& bucket, Window* window) {
  bucket.windows.push_back(window);
  ++windows_;
}

void Index::detach(Bucket& bucket, Window* window) { windows_ -= std::erase(bucket.windows, window); }

}  // namespace edge
