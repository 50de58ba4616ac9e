#include "edge_service/src/declaration.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace edge {
namespace {

using Json = nlohmann::json;

std::optional<std::int64_t> optional_number(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return found->get<std::int64_t>();
}

Column column_of(const Json& json) {
  const std::string kind_name = json.at("kind");
  const auto kind = kind_of(kind_name);
  if (!kind) throw std::runtime_error("unknown kind of column: " + kind_name);
  Column column{json.at("name"), *kind, json.at("array"), {}};
  if (json.contains("labels")) column.labels = json["labels"].get<std::vector<std::string>>();
  return column;
}

// Integers within ±(2^53−1) are JSON numbers, all others strings (design.md 4).
std::string integer_key(std::int64_t value) {
  constexpr std::int64_t kExact = (std::int64_t{1} << 53) - 1;
  const std::string digits = std::to_string(value);
  return value >= -kExact && value <= kExact ? digits : "\"" + digits + "\"";
}

}  // namespace

std::shared_ptr<const Declaration> Declaration::parse(std::string_view text) try {
  const Json json = Json::parse(text);
  auto made = std::make_shared<Declaration>();
  made->source = text;
  made->name = json.at("name");
  made->revision = json.at("revision");
  made->view = json.at("view");
  made->key = json.at("key").get<std::vector<std::string>>();
  for (const auto& column : json.at("columns")) made->columns.push_back(column_of(column));
  for (const auto& sort : json.at("sort")) made->sort.push_back({sort.at("column"), sort.at("descending")});
  for (const auto& filter : json.at("filters")) made->filters.push_back({filter.at("name"), filter.at("column")});
  if (const auto owner = optional_number(json, "owner")) made->owner = static_cast<std::size_t>(*owner);
  made->default_limit = optional_number(json, "default_limit");
  made->max_limit = optional_number(json, "max_limit");
  made->load = json.at("load");

  auto& matched = made->matched_;
  for (const auto& filter : made->filters) matched.push_back(filter.column);
  if (made->owner) matched.push_back(*made->owner);
  std::sort(matched.begin(), matched.end());
  matched.erase(std::unique(matched.begin(), matched.end()), matched.end());
  for (const auto& sort : made->sort) {
    if (sort.column >= made->columns.size()) throw std::runtime_error("sort names no column");
  }
  if (!matched.empty() && matched.back() >= made->columns.size()) throw std::runtime_error("a filter names no column");
  for (const auto& name : made->key) {
    const auto found = std::find_if(made->columns.begin(), made->columns.end(),
                                    [&](const Column& column) { return column.name == name; });
    made->key_columns_.push_back(found == made->columns.end() ? nullptr : &*found);
  }
  return made;
} catch (const Json::exception& error) {
  throw std::runtime_error("a declaration breaks the contract: " + std::string(error.what()));
}

std::optional<std::string> Declaration::key_part(std::size_t index, std::string_view text) const {
  const Column* column = key_columns_[index];
  if (column && column->kind == Kind::integer) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return integer_key(value);
  }
  if (column && column->kind == Kind::uuid) {
    const auto canonical = column->image_of_parameter(text);
    return canonical ? std::optional("\"" + *canonical + "\"") : std::nullopt;
  }
  try {
    return Json(std::string(text)).dump();
  } catch (const Json::exception&) {  // not UTF-8
    return std::nullopt;
  }
}

std::optional<std::string> Declaration::key_from_path(std::string_view segment) const {
  return key.size() == 1 ? key_part(0, segment) : key_from_json(segment);
}

std::optional<std::string> Declaration::key_from_json(std::string_view text) const {
  const Json json = Json::parse(text, nullptr, false);
  const auto part = [this](std::size_t index, const Json& value) -> std::optional<std::string> {
    if (value.is_string()) return key_part(index, value.get_ref<const std::string&>());
    if (value.is_number_integer()) return key_part(index, value.dump());
    return std::nullopt;
  };
  if (key.size() == 1) return part(0, json);
  if (!json.is_array() || json.size() != key.size()) return std::nullopt;
  std::string composed = "[";
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto text_of_part = part(i, json[i]);
    if (!text_of_part) return std::nullopt;
    composed.append(i ? "," : "").append(*text_of_part);
  }
  return composed + "]";
}

}  // namespace edge
