#include "edge_service/src/troubles.hpp"

namespace edge {

const char* name_of(Troubles::Kind kind) {
  switch (kind) {
    case Troubles::Kind::upstream: return "upstream";
    case Troubles::Kind::changed: return "changed";
    case Troubles::Kind::broken: return "broken";
    case Troubles::Kind::duplicate_keys: return "duplicate_keys";
  }
  return "";
}

void Troubles::count() {
  std::size_t broken = 0;
  for (const auto& [key, trouble] : troubles_) broken += key.second == Kind::broken;
  broken_ = broken;
  ++changes_;
}

bool Troubles::set(const std::string& resource, Kind kind, const std::string& reason, Time fresh_as_of) {
  const std::lock_guard lock(lock_);
  const auto [place, added] = troubles_.try_emplace({resource, kind}, Trouble{reason, fresh_as_of});
  if (!added) {
    if (place->second.reason == reason) return false;
    place->second.reason = reason;
  }
  count();
  return true;
}

bool Troubles::clear(const std::string& resource, Kind kind) {
  const std::lock_guard lock(lock_);
  if (troubles_.erase({resource, kind}) == 0) return false;
  count();
  return true;
}

void Troubles::forget(const std::string& resource) {
  for (const Kind kind : {Kind::changed, Kind::broken, Kind::duplicate_keys}) clear(resource, kind);
}

std::map<Troubles::Key, Troubles::Trouble> Troubles::all() const {
  const std::lock_guard lock(lock_);
  return troubles_;
}

std::optional<Troubles::Time> Troubles::fresh_as_of(const std::string& resource) const {
  if (broken_.load(std::memory_order_relaxed) == 0) return std::nullopt;
  const std::lock_guard lock(lock_);
  const auto found = troubles_.find({resource, Kind::broken});
  if (found == troubles_.end()) return std::nullopt;
  return found->second.fresh_as_of;
}

}  // namespace edge
