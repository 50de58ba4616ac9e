// Rows of an invented resource, as a pull would deliver them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "edge_service/src/entry.hpp"

namespace edge::test {

struct Row {
  int id = 0;
  std::optional<int> rank = {};
  int author = 0;
  std::vector<std::string> tags = {};
  std::string text = {};

  std::string key() const { return std::to_string(id); }
  std::string value() const;
};

// Ordered by rank, the highest first, then by id; filtered by author and tags; owned by author. `patch`: JSON that
// says what is declared otherwise.
DeclarationPtr row_declaration(std::int64_t revision = 1, const std::string& name = "rows",
                               const std::string& patch = "{}");

EntryPtr entry_of(const Declaration& declaration, const Row& row);

std::vector<std::string> keys_of(const std::vector<EntryPtr>& entries);

}  // namespace edge::test
