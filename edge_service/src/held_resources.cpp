#include "edge_service/src/held_resources.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/log.hpp"

namespace edge {

namespace log = suite::log;
using suite::Clock;
using namespace std::chrono_literals;
using Trouble = Troubles::Kind;

namespace {

constexpr Clock::duration kFirstRetry = 1s;
constexpr Clock::duration kLastRetry = 8s;
// How often a resource whose catalog was changed is read whole, beside ten times as seldom as it takes.
constexpr Clock::duration kReadAgainAfter = 1s;
constexpr Clock::duration kReadAgainWithin = 60s;

}  // namespace

std::string HeldResources::json(Time now) const {
  nlohmann::json held = nlohmann::json::object();
  for (const auto& [name, resource] : resources_) {
    auto& told = held[name];
    told = {{"revision", resource.declaration->revision}, {"loaded", resource.loaded}};
    if (resource.broken) told["skip"] = true;
    if (resource.storage) told["storage"] = *resource.storage;
    told["again"] = now >= resource.read_again;
  }
  return held.dump();
}

Declarations HeldResources::declarations() const {
  Declarations declarations;
  for (const auto& [name, resource] : resources_) declarations[name] = resource.declaration;
  return declarations;
}

std::vector<std::string> HeldResources::readable() const {
  std::vector<std::string> names;
  for (const auto& [name, resource] : resources_) {
    if (!resource.broken && !resource.is_input()) names.push_back(name);
  }
  return names;
}

std::string HeldResources::readable_views() const {
  std::string views;
  for (const auto& [name, resource] : resources_) {
    if (resource.broken || resource.is_input()) continue;
    views.append(views.empty() ? "" : ", ").append(resource.declaration->view);
  }
  return views;
}

bool HeldResources::all_loaded() const {
  return std::all_of(resources_.begin(), resources_.end(), [](const auto& held) { return held.second.loaded; });
}

void HeldResources::declared(std::vector<DeclarationPtr>&& declarations) {
  for (auto& declaration : declarations) {
    const std::string name = declaration->name;
    for (const auto kind : {Trouble::changed, Trouble::broken}) mended(name, kind);
    unpublished(name);
    Held& held = resources_[name];
    held.declaration = std::move(declaration);
    held.loaded = held.new_input = held.is_input();
  }
}

std::vector<ResourceBatch> HeldResources::new_inputs() {
  std::vector<ResourceBatch> batches;
  for (auto& [name, held] : resources_) {
    if (std::exchange(held.new_input, false)) batches.push_back({held.declaration, true, {}, {}});
  }
  return batches;
}

void HeldResources::unpublished(const std::string& name) {
  if (resources_.erase(name) == 0) return;
  health_.troubles().forget(name);
  metrics_.duplicates(name, 0);
}

void HeldResources::surveyed(const PullReport& report, Time now) {
  for (auto& [name, held] : resources_) {
    if (const auto found = report.broken.find(name); found != report.broken.end()) {
      set_broken(name, found->second, true, now);
      continue;
    }
    if (held.broken && held.broken->gone) take_back(name);
    const auto found = report.changed.find(name);
    // What was read while it was changed may be of that time: changed back, it is read whole once more.
    if (held.changed && found == report.changed.end()) held.loaded = false;
    held.changed = found != report.changed.end();
    if (held.changed) {
      if (health_.troubles().set(name, Trouble::changed,
                                 found->second + "; publish it again, or SELECT edge.renew()")) {
        log::warn("resource_changed", {{"resource", name}, {"reason", found->second}, {"mend", "SELECT edge.renew()"}});
      }
    } else {
      held.read_again = {};
      mended(name, Trouble::changed);
    }
  }
}

void HeldResources::delivered(const PullReport& report, const std::map<std::string, std::vector<std::string>>& whole,
                              Time now, Clock::duration took) {
  for (const auto& [name, duplicates] : whole) {
    Held& held = resources_.at(name);
    held.loaded = true;
    held.read_again = held.changed ? now + std::clamp(10 * took, kReadAgainAfter, kReadAgainWithin) : Time{};
    held.duplicates = {duplicates.begin(), duplicates.end()};
    count_duplicates(name, held);
  }
  for (const auto& [name, storage] : report.storage) {
    if (const auto found = resources_.find(name); found != resources_.end()) found->second.storage = storage;
  }
  for (const auto& touched : report.touched) {
    Held& held = resources_.at(touched.declaration->name);
    const auto found = report.duplicates.find(touched.declaration->name);
    if (held.duplicates.empty() && found == report.duplicates.end()) continue;
    for (const auto& entry : touched.present) held.duplicates.erase(std::string(entry->key()));
    for (const auto& key : touched.absent) held.duplicates.erase(key);
    if (found != report.duplicates.end()) held.duplicates.insert(found->second.begin(), found->second.end());
    count_duplicates(touched.declaration->name, held);
  }
}

void HeldResources::count_duplicates(const std::string& name, Held& held) {
  metrics_.duplicates(name, held.duplicates.size());
  if (held.duplicates.empty()) {
    health_.troubles().clear(name, Trouble::duplicate_keys);
    return;
  }
  const std::string reason = std::to_string(held.duplicates.size()) + " keys are not unique, one is " +
                             *held.duplicates.begin() + "; publish with a key that is";
  if (health_.troubles().set(name, Trouble::duplicate_keys, reason)) {
    log::warn("duplicate_keys", {{"resource", name},
                                 {"keys", held.duplicates.size()},
                                 {"one", *held.duplicates.begin()},
                                 {"shown", "the row whose JSON text sorts first"}});
  }
}

void HeldResources::mended(const std::string& name, Troubles::Kind kind) {
  if (health_.troubles().clear(name, kind)) {
    log::info("resource_mended", {{"resource", name}, {"was", name_of(kind)}});
  }
}

void HeldResources::set_aside(const std::string& name, const std::string& reason, Time now) {
  set_broken(name, reason, false, now);
}

void HeldResources::set_broken(const std::string& name, const std::string& reason, bool gone, Time now) {
  Held& held = resources_.at(name);
  const auto pause = held.broken ? std::min(2 * held.broken->pause, kLastRetry) : kFirstRetry;
  held.broken = Broken{gone, now + pause, pause};
  if (health_.troubles().set(name, Trouble::broken, reason, health_.fresh_as_of())) {
    log::warn("resource_broken", {{"resource", name}, {"reason", reason}});
  }
}

void HeldResources::take_back(const std::string& name) {
  Held& held = resources_.at(name);
  held.broken.reset();
  held.loaded = false;  // what it missed is found by reading it whole
  mended(name, Trouble::broken);
}

std::vector<std::string> HeldResources::to_try_again(Time now) const {
  std::vector<std::string> names;
  for (const auto& [name, held] : resources_) {
    if (held.broken && !held.broken->gone && held.broken->retry <= now) names.push_back(name);
  }
  return names;
}

}  // namespace edge
