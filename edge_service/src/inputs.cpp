#include "edge_service/src/inputs.hpp"

#include <algorithm>

#include "common/log.hpp"

namespace edge {

namespace asio = suite::asio;
namespace log = suite::log;
using namespace std::chrono_literals;

namespace {

constexpr suite::Clock::duration kGather = 100ms;

std::size_t footprint(std::string_view key, std::string_view value) {
  return sizeof(Entry) + key.size() + value.size();
}

}  // namespace

void Inputs::apply(Batch&& batch) {
  for (auto& declaration : std::exchange(own_, {})) batch.resources.push_back({std::move(declaration), true, {}, {}});
  for (auto& resource : batch.resources) {
    const std::string& name = resource.declaration->name;
    if (!resource.declaration->input_ttl) {
      drop(name);  // what was an input before is a view now
      continue;
    }
    Collection& collection = collections_[name];
    collection.declaration = resource.declaration;
    resource.whole = true;
    for (const auto& [key, held] : collection.entries) resource.present.push_back(held.entry);
  }
  for (const auto& name : batch.unpublished) drop(name);
  applied_ = batch.snapshot;
  store_.apply(std::move(batch));
}

std::optional<ApiError> Inputs::write(const std::string& name, const InputPatch& patch) {
  if (!applied_) return errors::not_loaded();
  const auto found = collections_.find(name);
  if (found == collections_.end()) return errors::unknown_collection(name);
  Collection& collection = found->second;
  if (!fits(collection, patch)) return errors::inputs_full(limits_.entries, limits_.bytes);
  ResourceBatch batch;
  batch.declaration = collection.declaration;
  const Time due = now_() + *collection.declaration->input_ttl;
  for (const auto& item : patch.items) {
    if (!item.value) {
      if (take_out(collection, item.key)) batch.absent.push_back(item.key);
    } else if (EntryPtr entry = put(collection, item, due)) {
      batch.present.push_back(std::move(entry));
    }
  }
  std::vector<ResourceBatch> batches;
  if (!batch.present.empty() || !batch.absent.empty()) batches.push_back(std::move(batch));
  hand_over(std::move(batches));
  arm();
  return std::nullopt;
}

bool Inputs::fits(const Collection& collection, const InputPatch& patch) const {
  std::size_t count = dues_.size(), bytes = bytes_;
  for (const auto& item : patch.items) {
    if (const auto known = collection.entries.find(item.key); known != collection.entries.end()) {
      --count;
      bytes -= known->second.entry->footprint();
    }
    if (!item.value) continue;
    ++count;
    bytes += footprint(item.key, *item.value);
  }
  return (count <= limits_.entries || count <= dues_.size()) && (bytes <= limits_.bytes || bytes <= bytes_);
}

EntryPtr Inputs::put(Collection& collection, const InputPatch::Item& item, Time due) {
  const auto [place, added] = collection.entries.try_emplace(item.key);
  Held& held = place->second;
  if (!added) dues_.erase({held.due, &collection, place->first});
  held.due = due;
  dues_.insert({due, &collection, place->first});
  if (!added && held.entry->value() == *item.value) return nullptr;
  if (!added) bytes_ -= held.entry->footprint();
  held.entry = Entry::make(*collection.declaration, item.key, {}, *item.value);
  bytes_ += held.entry->footprint();
  return held.entry;
}

bool Inputs::take_out(Collection& collection, std::string_view key) {
  const auto found = collection.entries.find(key);
  if (found == collection.entries.end()) return false;
  dues_.erase({found->second.due, &collection, found->first});
  bytes_ -= found->second.entry->footprint();
  collection.entries.erase(found);
  return true;
}

void Inputs::drop(const std::string& name) {
  const auto found = collections_.find(name);
  if (found == collections_.end()) return;
  auto& entries = found->second.entries;
  while (!entries.empty()) take_out(found->second, entries.begin()->first);
  collections_.erase(found);
}

void Inputs::expire() {
  const Time now = now_();
  std::map<Collection*, ResourceBatch> gone;
  while (!dues_.empty() && dues_.begin()->at <= now) {
    const Due due = *dues_.begin();
    ResourceBatch& batch = gone[due.collection];
    batch.declaration = due.collection->declaration;
    batch.absent.emplace_back(due.key);
    take_out(*due.collection, batch.absent.back());
  }
  if (gone.empty()) return;
  not_before_ = now + kGather;
  std::vector<ResourceBatch> batches;
  for (auto& [collection, batch] : gone) {
    log::debug("inputs_expired", {{"resource", batch.declaration->name}, {"entries", batch.absent.size()}});
    batches.push_back(std::move(batch));
  }
  hand_over(std::move(batches));
}

void Inputs::hand_over(std::vector<ResourceBatch>&& batches) {
  if (batches.empty()) return;
  Batch batch;
  batch.snapshot = *applied_;
  batch.resources = std::move(batches);
  store_.apply(std::move(batch));
}

// A timer that is due earlier than need be finds nothing, and is set again then.
void Inputs::arm() {
  if (dues_.empty()) return;
  const Time at = std::max(dues_.begin()->at, not_before_);
  if (armed_ && *armed_ <= at) return;
  armed_ = at;
  timer_.expires_at(at);
  timer_.async_wait([this](suite::error_code failed) {
    if (failed) return;
    armed_.reset();
    expire();
    arm();
  });
}

namespace {

// Runs `work` on the core and completes with what it returns on `here`, in order with what the core has posted there.
template <typename Work>
auto on_core(const asio::any_io_executor& core, const asio::any_io_executor& here, Work work) {
  using Answer = std::invoke_result_t<Work>;
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Answer)>(
      [core, here](auto handler, Work asked) {
        asio::post(core, [here, handler = std::move(handler), asked = std::move(asked)]() mutable {
          asio::post(here, [handler = std::move(handler), answer = asked()]() mutable {
            std::move(handler)(std::move(answer));
          });
        });
      },
      asio::use_awaitable, std::move(work));
}

}  // namespace

asio::awaitable<Outcome<std::optional<Version>>> LocalInputs::write(std::string collection, std::string body) {
  auto patch = InputPatch::parse(body);
  if (!patch) co_return patch.error();
  const auto here = co_await asio::this_coro::executor;
  auto work = [this, name = std::move(collection), patch = std::move(*patch)] { return inputs_.write(name, patch); };
  const auto refused = co_await on_core(core_, here, std::move(work));
  if (refused) co_return *refused;
  co_return std::nullopt;
}

}  // namespace edge
