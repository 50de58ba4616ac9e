#include "edge_service/src/entry_reader.hpp"

namespace edge {

EntryReader::EntryReader(DeclarationPtr declaration, bool whole) {
  batch_.declaration = std::move(declaration);
  batch_.whole = whole;
}

void EntryReader::add(Delivered key, Delivered columns, Delivered value) {
  if (!key || !columns || !value) throw PgError("the database sent an entry without key, columns or value");
  pg_text_array(*columns, elements_);
  EntryPtr entry = Entry::make(*batch_.declaration, *key, elements_, *value);
  const auto [place, first] = places_.try_emplace(entry->key(), batch_.present.size());
  if (first) {
    batch_.present.push_back(std::move(entry));
    return;
  }
  duplicates_.emplace_back(entry->key());
  const std::size_t at = place->second;
  EntryPtr& kept = batch_.present[at];
  if (entry->value() >= kept->value()) return;
  places_.erase(place);  // its name is a view into the entry that goes
  kept = std::move(entry);
  places_.emplace(kept->key(), at);
}

void EntryReader::add_absent(Delivered key) {
  if (!key) throw PgError("the database sent an absent entry without its key");
  batch_.absent.emplace_back(*key);
}

}  // namespace edge
