// What edge.publish declared of one resource: key, order, filters, owner and limits.
//
// Immutable once parsed and shared by all threads; a changed resource gets a new declaration with another revision.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge_service/src/column.hpp"
#include "edge_service/src/text_map.hpp"

namespace edge {

struct SortColumn {
  std::size_t column;
  bool descending;
};

struct Filter {
  std::string name;
  std::size_t column;
};

struct Declaration {
  std::string source;  // the JSON that it was parsed from, for the nodes below
  std::string name;
  std::int64_t revision = 0;
  std::string view;              // quoted, for LOCK
  std::vector<std::string> key;  // names of the key's columns
  std::vector<Column> columns;   // those that order, filter or own
  std::vector<SortColumn> sort;  // ended by the key: total
  std::vector<Filter> filters;
  std::optional<std::size_t> owner;
  std::optional<std::int64_t> default_limit;
  std::optional<std::int64_t> max_limit;
  std::string load;  // the statement that reads the resource whole

  // Throws std::runtime_error where the text breaks the contract with db/edge.sql.
  static std::shared_ptr<const Declaration> parse(std::string_view json);

  // The columns, in ascending order, of which entries keep images to match: filters and owner.
  const std::vector<std::size_t>& matched_columns() const { return matched_; }

  // The JSON text of the key that a path segment or a client's text names; nothing where it can be no key.
  std::optional<std::string> key_from_path(std::string_view segment) const;
  // The same from a JSON value (a number, a string, or an array of such for a composite key).
  std::optional<std::string> key_from_json(std::string_view json) const;

 private:
  std::optional<std::string> key_part(std::size_t index, std::string_view text) const;

  std::vector<std::size_t> matched_;
  std::vector<const Column*> key_columns_;  // null: any other type, as text
};

using DeclarationPtr = std::shared_ptr<const Declaration>;
using Declarations = TextMap<DeclarationPtr>;  // by resource

}  // namespace edge
