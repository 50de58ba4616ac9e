#include "tests/unit/edge_rows.hpp"

#include <nlohmann/json.hpp>

namespace edge::test {

std::string Row::value() const {
  return nlohmann::json({{"id", id},
                         {"rank", rank ? nlohmann::json(*rank) : nlohmann::json()},
                         {"author", author},
                         {"tags", tags},
                         {"text", text}})
      .dump();
}

DeclarationPtr row_declaration(std::int64_t revision, const std::string& name, const std::string& patch) {
  nlohmann::json json = nlohmann::json::parse(R"({
    "view": "public.rows", "key": ["id"], "load": "SELECT 1", "owner": 2, "default_limit": 25, "max_limit": 100,
    "columns": [{"name": "rank", "kind": "integer", "array": false}, {"name": "id", "kind": "integer", "array": false},
                {"name": "author", "kind": "integer", "array": false}, {"name": "tags", "kind": "text", "array": true}],
    "sort": [{"column": 0, "descending": true}, {"column": 1, "descending": false}],
    "filters": [{"name": "author", "column": 2}, {"name": "tags", "column": 3}]})");
  json["name"] = name;
  json["revision"] = revision;
  json.merge_patch(nlohmann::json::parse(patch));
  return Declaration::parse(json.dump());
}

EntryPtr entry_of(const Declaration& declaration, const Row& row) {
  const std::string id = row.key(), author = std::to_string(row.author), value = row.value();
  const std::string rank = row.rank ? std::to_string(*row.rank) : std::string();
  const std::string tags = nlohmann::json(row.tags).dump();
  const std::vector<Delivered> columns{row.rank ? Delivered(rank) : Delivered(), id, author, tags};
  return Entry::make(declaration, id, columns, value);
}

std::vector<std::string> keys_of(const std::vector<EntryPtr>& entries) {
  std::vector<std::string> keys;
  for (const auto& entry : entries) keys.emplace_back(entry->key());
  return keys;
}

}  // namespace edge::test
