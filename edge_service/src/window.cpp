#include "edge_service/src/window.hpp"

#include <algorithm>
#include <limits>

#include "edge_service/src/text_map.hpp"

namespace edge {

namespace {

bool meets(const Entry& entry, const std::vector<Window::Condition>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Window::Condition& condition) {
    return entry.has_image(condition.first, condition.second);
  });
}

}  // namespace

void Window::settle(Bucket* bucket, std::vector<Condition> settled, std::vector<Condition> residual) {
  bucket_ = bucket;
  settled_ = std::move(settled);
  residual_ = std::move(residual);
}

bool Window::shows(const Entry& entry) const { return meets(entry, residual_); }

bool Window::admits(const Entry& entry) const { return meets(entry, settled_) && shows(entry); }

// True where a full window cannot be touched: all changes lie behind its last entry.
bool Window::beyond(const Changes& changes) const {
  if (!spec_.limit || shown_.size() < *spec_.limit) return false;
  if (shown_.empty()) return true;  // limit 0
  const Entry& last = *shown_.back();
  return std::all_of(changes.begin(), changes.end(), [&](const Change& change) {
    return (!change.before || ByOrder::before(last, *change.before)) &&
           (!change.after || ByOrder::before(last, *change.after));
  });
}

// Most changes leave each entry in its place: then what is shown is as before but for them. Nothing where one moves, or
// comes or goes.
std::optional<Changes> Window::replaced(const Changes& changes) {
  const auto stays = [&](const Change& change) {
    return change.before && change.after && change.before->order() == change.after->order() &&
           shows(*change.before) == shows(*change.after);
  };
  if (!std::all_of(changes.begin(), changes.end(), stays)) return std::nullopt;
  Changes made;
  for (const auto& change : changes) {
    const auto place = std::lower_bound(shown_.begin(), shown_.end(), change.before, ByOrder());
    if (place == shown_.end() || (*place)->key() != change.after->key()) continue;
    *place = change.after;
    if (change.real()) made.push_back(change);
  }
  std::sort(made.begin(), made.end(), [](const Change& a, const Change& b) { return ByOrder()(a.after, b.after); });
  return made;
}

Changes Window::advance(const Changes& changes, const EntryPtr& entry) {
  if (limited()) {
    if (!spec_.key && beyond(changes)) return {};
    if (auto made = replaced(changes)) return *std::move(made);
    std::vector<EntryPtr> now = read(entry);
    Changes made = difference(shown_, now);
    shown_ = std::move(now);
    return made;
  }
  Changes made;
  for (const auto& change : changes) {
    Change seen{change.before && shows(*change.before) ? change.before : nullptr,
                change.after && shows(*change.after) ? change.after : nullptr};
    if ((seen.before || seen.after) && seen.real()) made.push_back(std::move(seen));
  }
  return made;
}

std::vector<EntryPtr> Window::read(const EntryPtr& entry) const {
  std::vector<EntryPtr> found;
  if (spec_.key) {
    if (entry && shows(*entry)) found.push_back(entry);
    return found;
  }
  const std::size_t limit = spec_.limit.value_or(std::numeric_limits<std::size_t>::max());
  found.reserve(std::min(limit, bucket_->entries.size()));
  for (auto at = bucket_->entries.begin(); at != bucket_->entries.end() && found.size() < limit; ++at) {
    if (shows(**at)) found.push_back(*at);
  }
  return found;
}

std::vector<EntryPtr> Window::read_before(const Changes& undone) const {
  std::vector<EntryPtr> old;
  ViewSet touched;
  for (const auto& change : undone) {
    touched.insert(change.either().key());
    if (change.before && shows(*change.before)) old.push_back(change.before);
  }
  std::sort(old.begin(), old.end(), ByOrder());
  const std::size_t limit = spec_.limit.value_or(std::numeric_limits<std::size_t>::max());
  std::vector<EntryPtr> found;
  auto back = old.begin();
  auto at = bucket_->entries.begin();
  while (found.size() < limit) {
    while (at != bucket_->entries.end() && (touched.contains((*at)->key()) || !shows(**at))) ++at;
    if (back == old.end() && at == bucket_->entries.end()) break;
    const bool take_old = at == bucket_->entries.end() || (back != old.end() && ByOrder()(*back, *at));
    found.push_back(take_old ? *back++ : *at++);
  }
  return found;
}

void Window::refresh(const EntryPtr& entry) {
  if (limited()) shown_ = read(entry);
}

void Window::hold(std::size_t thread) {
  if (holders_.size() <= thread) holders_.resize(thread + 1);
  holders_[thread] = true;
}

void Window::release(std::size_t thread) {
  if (thread < holders_.size()) holders_[thread] = false;
}

bool Window::held() const { return std::find(holders_.begin(), holders_.end(), true) != holders_.end(); }

}  // namespace edge
