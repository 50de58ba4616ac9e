#include "edge_service/src/collection.hpp"

#include <algorithm>

namespace edge {

EntryPtr Collection::find(std::string_view key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : *found;
}

void Collection::put(const EntryPtr& entry) {
  if (const auto found = entries_.find(entry->key()); found != entries_.end()) entries_.erase(found);
  entries_.insert(entry);
}

Changes Collection::absorb(ResourceBatch&& batch) {
  declaration_ = std::move(batch.declaration);
  Changes changes;
  const std::size_t before = entries_.size();
  std::size_t kept = 0;
  for (auto& entry : batch.present) {
    EntryPtr old = find(entry->key());
    kept += old != nullptr;
    if (old && old->same_as(*entry)) continue;
    changes.push_back({std::move(old), std::move(entry)});
  }
  if (batch.whole && kept < before) {
    ViewSet present;
    for (const auto& change : changes) present.insert(change.either().key());
    for (const auto& entry : batch.present) {
      if (entry) present.insert(entry->key());
    }
    for (const auto& entry : entries_) {
      if (!present.contains(entry->key())) changes.push_back({entry, nullptr});
    }
  }
  for (const auto& key : batch.absent) {
    if (EntryPtr old = find(key)) changes.push_back({std::move(old), nullptr});
  }
  for (const auto& change : changes) {
    if (change.after) {
      put(change.after);
    } else {
      entries_.erase(change.before->key());
    }
  }
  return changes;
}

void Collection::advance(const Changes& changes, const Report& report) {
  boost::unordered_flat_map<Bucket*, Changes> touched;
  for (const auto& change : changes) {
    for (auto& index : indexes_) {
      index->move(change, [&](Bucket& bucket, Change&& seen) {
        if (!bucket.windows.empty()) touched[&bucket].push_back(std::move(seen));
      });
    }
    const auto watched = by_key_.find(change.either().key());
    if (watched == by_key_.end()) continue;
    for (Window* window : watched->second) {
      if (Changes made = window->advance({change}, shown_by(*window)); !made.empty()) report(*window, std::move(made));
    }
  }
  for (auto& [bucket, seen] : touched) {
    for (Window* window : bucket->windows) {
      if (Changes made = window->advance(seen, nullptr); !made.empty()) report(*window, std::move(made));
    }
  }
}

EntryPtr Collection::shown_by(const Window& window) const {
  return window.spec().key ? find(*window.spec().key) : nullptr;
}

std::vector<EntryPtr> Collection::read(const Window& window) const { return window.read(shown_by(window)); }

Index& Collection::index(const std::vector<std::size_t>& places) {
  for (auto& index : indexes_) {
    if (index->places() == places) return *index;
  }
  auto& made = indexes_.emplace_back(std::make_unique<Index>(places));
  made->fill(entries_);
  return *made;
}

// Finds the window's bucket; false where a parameter is not one of the declaration's.
bool Collection::settle(Window& window) {
  const WindowSpec& spec = window.spec();
  const auto& matched = declaration_->matched_columns();
  const auto place_of = [&](std::size_t column) {
    return static_cast<std::size_t>(std::find(matched.begin(), matched.end(), column) - matched.begin());
  };
  std::vector<Window::Condition> by_place, residual;
  bool array_settled = false;
  for (const auto& [name, images] : spec.filters) {
    const auto filter = std::find_if(declaration_->filters.begin(), declaration_->filters.end(),
                                     [&, &wanted = name](const Filter& known) { return known.name == wanted; });
    if (filter == declaration_->filters.end() || images.empty()) return false;
    const bool array = declaration_->columns[filter->column].array;
    const bool settles = !array || !array_settled;
    array_settled |= array;
    for (const auto& image : images) {
      auto& target = settles && image == *images.begin() ? by_place : residual;
      target.emplace_back(place_of(filter->column), image);
    }
  }
  if (spec.owner) {
    if (!declaration_->owner) return false;
    by_place.emplace_back(place_of(*declaration_->owner), *spec.owner);
  }
  if (spec.key) {  // one look-up finds the entry: all parameters are looked at there
    residual.insert(residual.end(), by_place.begin(), by_place.end());
    window.settle(nullptr, {}, std::move(residual));
    return true;
  }
  std::sort(by_place.begin(), by_place.end());
  std::vector<std::size_t> places;
  std::vector<std::string> images;
  for (const auto& [place, image] : by_place) {
    if (!places.empty() && places.back() == place) {  // the owner's column is also a filter, twice given
      residual.emplace_back(place, image);
      continue;
    }
    places.push_back(place);
    images.push_back(image);
  }
  window.settle(&index(places).bucket(Index::values_of(images)), std::move(by_place), std::move(residual));
  return true;
}

Window* Collection::open(const WindowSpec& spec, WindowId id_if_new) {
  const std::string parameters = spec.canonical();
  if (const auto known = by_parameters_.find(parameters); known != by_parameters_.end()) {
    return windows_.at(known->second).get();
  }
  auto window = std::make_unique<Window>(id_if_new, spec);
  if (!settle(*window)) return nullptr;
  if (window->bucket()) {
    window->bucket()->index->attach(*window->bucket(), window.get());
  } else {
    by_key_[*spec.key].push_back(window.get());
  }
  window->refresh(shown_by(*window));
  by_parameters_.emplace(parameters, id_if_new);
  return windows_.emplace(id_if_new, std::move(window)).first->second.get();
}

Window* Collection::find_window(WindowId id) {
  const auto found = windows_.find(id);
  return found == windows_.end() ? nullptr : found->second.get();
}

void Collection::close(WindowId id) {
  const auto found = windows_.find(id);
  if (found == windows_.end()) return;
  Window* window = found->second.get();
  if (Bucket* bucket = window->bucket()) {
    bucket->index->detach(*bucket, window);
  } else {
    auto watched = by_key_.find(*window->spec().key);
    std::erase(watched->second, window);
    if (watched->second.empty()) by_key_.erase(watched);
  }
  by_parameters_.erase(window->spec().canonical());
  windows_.erase(found);
  // An index that no window needs is dead weight on every change.
  std::erase_if(indexes_, [](const auto& index) { return !index->has_windows(); });
}

std::vector<WindowId> Collection::window_ids() const {
  std::vector<WindowId> ids;
  for (const auto& [id, window] : windows_) ids.push_back(id);
  return ids;
}

Changes Collection::missed(const Window& window, const Changes& changes) const {
  const auto& key = window.spec().key;
  const auto inside = [&](const EntryPtr& entry) -> EntryPtr {
    return entry && (!key || entry->key() == *key) && window.admits(*entry) ? entry : nullptr;
  };
  Changes undone;
  for (const auto& change : changes) {
    Change mine{inside(change.before), inside(change.after)};
    if (mine.before || mine.after) undone.push_back(std::move(mine));
  }
  if (window.spec().limit && !key && !undone.empty()) return difference(window.read_before(undone), window.shown());
  std::erase_if(undone, [](const Change& change) { return !change.real(); });
  return undone;
}

}  // namespace edge
