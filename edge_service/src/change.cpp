#include "edge_service/src/change.hpp"

#include <algorithm>

#include "edge_service/src/text_map.hpp"

namespace edge {

Changes difference(const std::vector<EntryPtr>& before, const std::vector<EntryPtr>& after) {
  Changes changes;
  ViewMap<EntryPtr> left;
  std::vector<EntryPtr> came;
  std::size_t i = 0, j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      ++i, ++j;
    } else if (j == after.size() || (i < before.size() && !ByOrder::before(*after[j], *before[i]))) {
      // Of two images of one entry at the same place the old one leaves first; the new one comes next round.
      left.emplace(before[i]->key(), before[i]);
      ++i;
    } else {
      came.push_back(after[j]);
      ++j;
    }
  }
  for (auto& entry : came) {
    Change change{nullptr, entry};
    if (const auto found = left.find(entry->key()); found != left.end()) {
      change.before = std::move(found->second);
      left.erase(found);
    }
    if (change.real()) changes.push_back(std::move(change));
  }
  if (left.empty()) return changes;
  for (const auto& entry : before) {
    const auto found = left.find(entry->key());
    if (found != left.end() && found->second == entry) changes.push_back({entry, nullptr});
  }
  return changes;
}

Changes folded(const std::vector<const Changes*>& steps) {
  Changes result;
  ViewMap<std::size_t> places;
  for (const Changes* step : steps) {
    for (const Change& change : *step) {
      const auto [place, first] = places.try_emplace(change.either().key(), result.size());
      if (first) {
        result.push_back(change);
      } else {
        result[place->second].after = change.after;
      }
    }
  }
  std::erase_if(result, [](const Change& change) { return (!change.before && !change.after) || !change.real(); });
  return result;
}

}  // namespace edge
