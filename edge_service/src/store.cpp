#include "edge_service/src/store.hpp"

#include "common/log.hpp"
#include "edge_service/src/sse.hpp"

namespace edge {

namespace log = suite::log;

namespace {

// What nodes tell each other is no client's business.
bool is_for_clients(const std::string& resource) { return !resource.starts_with('~'); }

ResourceBatch whole_batch_of(const Collection& collection) {
  ResourceBatch batch;
  batch.declaration = collection.declaration_ptr();
  batch.whole = true;
  batch.present = collection.entries();
  return batch;
}

ResourceBatch batch_of(DeclarationPtr declaration, const Changes& changes) {
  ResourceBatch batch;
  batch.declaration = std::move(declaration);
  for (const auto& change : changes) {
    if (change.after) {
      batch.present.push_back(change.after);
    } else {
      batch.absent.emplace_back(change.before->key());
    }
  }
  return batch;
}

}  // namespace

Gate::Visitor& Store::attach(suite::asio::any_io_executor executor, TakeRelease take) {
  shelves_.push_back({std::move(executor), std::move(take)});
  return gate_.admit();
}

void Store::apply(Batch&& batch) {
  const Gate::Closed closed(gate_);
  auto release = std::make_shared<Release>();
  // The version that this batch becomes if it turns out to change anything.
  const Version version = batch.version.value_or(Version{own_lineage_, own_number_ + 1});
  release->sequence = versions_.newest() + 1;
  release->version = version;
  release->applied = std::make_shared<const Snapshot>(std::move(batch.snapshot));
  // A batch of inputs says nothing of the database.
  const bool tells = batch.fresh_as_of != decltype(batch.fresh_as_of){} || !latest_;
  release->marker = tells ? batch.marker : latest_->marker;
  release->fresh_as_of = tells ? batch.fresh_as_of : latest_->fresh_as_of;
  auto logged = std::make_shared<LoggedVersion>(release->sequence, version);
  bool changed = versions_.newest() == 0 || (batch.version && !(*batch.version == versions_.current()));

  for (auto& resource : batch.resources) {
    const std::string name = resource.declaration->name;
    const auto known = collections_.find(name);
    if (known == collections_.end() || known->second->declaration().revision != resource.declaration->revision) {
      redefine(std::move(resource), *release, *logged);
      changed = true;
      continue;
    }
    const std::size_t touched = resource.present.size() + resource.absent.size();
    Changes changes = known->second->absorb(std::move(resource));
    log::debug("resource_read", {{"resource", name}, {"read", touched}, {"changed", changes.size()}});
    if (changes.empty()) continue;
    changed = true;
    tell_watcher(name, changes);
    known->second->advance(changes, [&](Window& window, Changes&& made) {
      release->changed.emplace_back(window.id(), window_version(window, std::move(made), *release));
    });
    history_.append(release->sequence, name, changes);
    logged->resources.push_back(batch_of(known->second->declaration_ptr(), changes));
  }
  for (const auto& name : batch.unpublished) changed |= remove(name, *release);

  if (changed) {
    versions_.append(version);
    if (!batch.version) ++own_number_;
    logged->snapshot = release->applied;
    logged->marker = release->marker;
    logged->unpublished = std::move(batch.unpublished);
    logged->weigh();
    release->logged = logged;
    log_.append(std::move(logged));
  } else {
    release->sequence = versions_.newest();
    release->version = versions_.current();
  }
  log::debug("applied", {{"version", release->version.number}, {"snapshot", release->applied->text()}});
  finish(std::move(release));
}

void Store::finish(std::shared_ptr<Release> release) {
  release->declarations = declarations_;
  latest_ = std::move(release);
  for (const auto& shelf : shelves_) {
    suite::asio::post(shelf.executor, [take = &shelf.take, release = latest_] { (*take)(release); });
  }
}

Everything Store::everything() const {
  Everything all;
  all.standing = latest_;
  for (const auto& [name, collection] : collections_) {
    all.resources.push_back(whole_batch_of(*collection));
    all.entries += collection->size();
  }
  return all;
}

namespace {

// Whether the two declarations give a window's parameters the same meaning: its limit is still allowed, and its owner
// and filters are those columns' values as before. What was opened for anybody must not become what somebody owns.
bool fits(const WindowSpec& spec, const Declaration& before, const Declaration& now) {
  if (spec.limit && now.max_limit && *spec.limit > static_cast<std::size_t>(*now.max_limit)) return false;
  const auto same = [&](std::optional<std::size_t> old_column, std::optional<std::size_t> new_column) {
    if (!old_column || !new_column) return !old_column && !new_column;
    const Column& one = before.columns[*old_column];
    const Column& other = now.columns[*new_column];
    return one.name == other.name && one.kind == other.kind && one.array == other.array && one.labels == other.labels;
  };
  const auto filter_of = [](const Declaration& declaration, const std::string& name) {
    const auto found = std::find_if(declaration.filters.begin(), declaration.filters.end(),
                                    [&](const Filter& filter) { return filter.name == name; });
    return found == declaration.filters.end() ? std::nullopt : std::optional(found->column);
  };
  return same(before.owner, now.owner) &&
         std::all_of(spec.filters.begin(), spec.filters.end(), [&](const auto& filter) {
           return same(filter_of(before, filter.first), filter_of(now, filter.first));
         });
}

}  // namespace

// A resource that is new or was declared anew. Its open windows get the exact difference; those whose parameters have
// another meaning now, or none, end.
void Store::redefine(ResourceBatch&& batch, Release& release, LoggedVersion& logged) {
  const DeclarationPtr declaration = batch.declaration;
  auto fresh = std::make_unique<Collection>(declaration);
  fresh->absorb(std::move(batch));
  auto& current = collections_[declaration->name];
  if (current) {
    for (const WindowId id : current->window_ids()) {
      const Window& old = *current->find_window(id);
      Window* now = fits(old.spec(), current->declaration(), *declaration) ? fresh->open(old.spec(), id) : nullptr;
      if (!now) {
        release.ended.push_back(id);
        continue;
      }
      now->hold_as(old);
      Changes changes = difference(current->read(old), fresh->read(*now));
      if (!changes.empty()) release.changed.emplace_back(id, window_version(*now, std::move(changes), release));
    }
  }
  current = std::move(fresh);
  logged.resources.push_back(whole_batch_of(*current));
  history_.forget(declaration->name, release.sequence);
  Changes all;
  if (watched_ == declaration->name) all = difference({}, current->entries());
  tell_watcher(declaration->name, all);
  log::info("resource_loaded",
            {{"resource", declaration->name}, {"revision", declaration->revision}, {"entries", current->size()}});
  redeclare();
}

void Store::tell_watcher(const std::string& resource, const Changes& changes) const {
  if (resource == watched_ && !changes.empty()) watcher_(changes);
}

bool Store::remove(const std::string& resource, Release& release) {
  const auto found = collections_.find(resource);
  if (found == collections_.end()) return false;
  for (const WindowId id : found->second->window_ids()) release.ended.push_back(id);
  collections_.erase(found);
  history_.forget(resource, release.sequence);
  log::info("resource_removed", {{"resource", resource}});
  redeclare();
  return true;
}

void Store::redeclare() {
  auto declarations = std::make_shared<Declarations>();
  for (const auto& [name, collection] : collections_) {
    if (is_for_clients(name)) (*declarations)[name] = collection->declaration_ptr();
  }
  declarations_ = std::move(declarations);
}

WindowVersionPtr Store::window_version(Window& window, Changes&& changes, const Release& release) const {
  auto version = std::make_shared<WindowVersion>();
  version->at = release.sequence;
  version->id = version_id(release.version, window.fingerprint());
  version->bytes = sse::size_of(changes);
  version->changes = std::move(changes);
  const WindowSpec& spec = window.spec();
  window.contents = window.limited() ? std::make_shared<const Contents>(window.shown(), version->id,
                                                                        spec.key.has_value(), spec.owner.has_value())
                                     : nullptr;
  version->contents = window.contents;
  return version;
}

ContentsPtr Store::contents_of(const Collection& collection, Window& window) const {
  const WindowSpec& spec = window.spec();
  if (!window.contents) {
    window.contents =
        std::make_shared<const Contents>(collection.read(window), version_id(versions_.current(), window.fingerprint()),
                                         spec.key.has_value(), spec.owner.has_value());
  }
  return window.contents;
}

Opened Store::open(const WindowSpec& spec, std::int64_t revision, std::size_t thread) {
  const auto found = collections_.find(spec.resource);
  if (found == collections_.end() || found->second->declaration().revision != revision) return {};
  Window* window = found->second->open(spec, next_window_);
  if (!window) return {};
  if (window->id() == next_window_) ++next_window_;
  window->hold(thread);
  return {window->id(), versions_.newest(), contents_of(*found->second, *window)};
}

void Store::close(const std::string& resource, WindowId id, std::size_t thread) {
  const auto found = collections_.find(resource);
  Window* window = found == collections_.end() ? nullptr : found->second->find_window(id);
  if (!window) return;
  window->release(thread);
  if (!window->held()) found->second->close(id);
}

ContentsPtr Store::read(const std::string& resource, WindowId id) {
  const auto found = collections_.find(resource);
  Window* window = found == collections_.end() ? nullptr : found->second->find_window(id);
  return window ? contents_of(*found->second, *window) : nullptr;
}

Resumed Store::resume(const std::string& resource, WindowId id, std::optional<Sequence> since) const {
  Resumed resumed;
  resumed.at = versions_.newest();
  const auto found = collections_.find(resource);
  const Window* window = found == collections_.end() ? nullptr : found->second->find_window(id);
  if (!window || !since) return resumed;
  const auto changes = history_.since(*since, resource);
  if (!changes) return resumed;
  resumed.known = true;
  resumed.missed = found->second->missed(*window, *changes);
  return resumed;
}

EntryPtr Store::find(const std::string& resource, std::string_view key) const {
  const auto found = collections_.find(resource);
  return found == collections_.end() ? nullptr : found->second->find(key);
}

std::optional<EntryPtr> Store::look_up(Gate::Visitor& visitor, Sequence at, const std::string& resource,
                                       std::string_view key) const {
  const auto look = [&]() noexcept -> std::optional<EntryPtr> {
    if (versions_.newest() != at) return std::nullopt;
    return find(resource, key);
  };
  return visitor.visit(look).value_or(std::nullopt);
}

Store::Figures Store::figures() const {
  Figures figures;
  figures.history_bytes = history_.bytes();
  figures.log_bytes = log_.bytes();
  figures.sequence = versions_.newest();
  for (const auto& [name, collection] : collections_) {
    if (!is_for_clients(name)) continue;
    figures.entries_of[name] = collection->size();
    figures.windows += collection->window_count();
  }
  return figures;
}

}  // namespace edge
