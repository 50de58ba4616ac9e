#include "edge_service/src/parameters.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <nlohmann/json.hpp>

#include "edge_service/src/declaration.hpp"

namespace edge {
namespace {

using Json = nlohmann::json;

bool is_utf8(const std::string& text) {
  try {
    return !Json(text).dump().empty();
  } catch (const Json::exception&) {
    return false;
  }
}

// Like a form: '+' stands for a space.
std::string decoded(boost::urls::pct_string_view encoded) {
  boost::urls::encoding_opts options;
  options.space_as_plus = true;
  return encoded.decode(options);
}

std::optional<std::string> scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

Outcome<std::size_t> limit_of(const std::string& text, const Declaration& declaration) {
  std::int64_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool number = !text.empty() && error == std::errc() && end == text.data() + text.size();
  if (!number || limit < 0 || (declaration.max_limit && limit > *declaration.max_limit)) {
    return errors::bad_parameter("limit", declaration.max_limit
                                              ? "an integer from 0 to " + std::to_string(*declaration.max_limit)
                                              : std::string("an integer, 0 or more"));
  }
  return static_cast<std::size_t>(limit);
}

std::string known_parameters(const Declaration& declaration) {
  std::string names = "limit";
  for (const auto& filter : declaration.filters) names.append(", ").append(filter.name);
  return names;
}

}  // namespace

Outcome<Parameters> Parameters::from_query(std::string_view encoded_query) {
  Parameters parameters;
  if (encoded_query.empty()) return parameters;
  // Not parse_query(): Boost 1.81's gives the last value a byte from beyond the end.
  const std::string target = "/?" + std::string(encoded_query);
  const auto url = boost::urls::parse_origin_form(target);
  if (!url) return errors::bad_parameter("?", "a valid, percent-encoded query");
  for (const auto& item : url->encoded_params()) {
    if (item.key.empty()) continue;  // "a&&b"
    const std::string name = decoded(item.key);
    std::string value = decoded(item.value);
    if (!is_utf8(name) || !is_utf8(value)) return errors::bad_parameter(is_utf8(name) ? name : "?", "UTF-8 text");
    if (name == "after") {
      parameters.after = std::move(value);
    } else if (name == "last_event_id") {
      parameters.last_event_id = std::move(value);
    } else {
      parameters.values[name].push_back(std::move(value));
    }
  }
  return parameters;
}

Outcome<Parameters> Parameters::from_json(std::string_view body) {
  Parameters parameters;
  if (body.empty()) return parameters;
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return errors::bad_body("a JSON object of parameters, such as {\"limit\":10}");
  for (const auto& [name, value] : json.items()) {
    if (name == "key") {
      parameters.key_json = value.dump();
      continue;
    }
    const std::vector<Json> given = value.is_array() ? value.get<std::vector<Json>>() : std::vector<Json>{value};
    for (const auto& item : given) {
      auto text = scalar_text(item);
      if (!text) return errors::bad_parameter(name, "a string, a number or a boolean, or an array of such");
      parameters.values[name].push_back(std::move(*text));
    }
  }
  return parameters;
}

std::string Parameters::to_json() const {
  Json json = Json::object();
  for (const auto& [name, given] : values) json[name] = given;
  if (key_json) json["key"] = Json::parse(*key_json);
  return json.dump();
}

Outcome<WindowSpec> window_of(const Parameters& parameters, const Declaration& declaration,
                              const std::optional<std::string>& owner) {
  WindowSpec spec;
  spec.resource = declaration.name;
  if (parameters.key_json) {
    spec.key = declaration.key_from_json(*parameters.key_json);
    if (!spec.key) return errors::bad_parameter("key", "the key of an entry of this resource");
  } else if (!parameters.whole && declaration.default_limit) {
    spec.limit = static_cast<std::size_t>(*declaration.default_limit);
  }
  for (const auto& [name, given] : parameters.values) {
    if (name == "limit") {
      if (given.size() != 1) return errors::bad_parameter(name, "given once");
      const auto limit = limit_of(given.front(), declaration);
      if (!limit) return limit.error();
      if (!spec.key) spec.limit = *limit;
      continue;
    }
    const auto filter = std::find_if(declaration.filters.begin(), declaration.filters.end(),
                                     [&, &wanted = name](const Filter& known) { return known.name == wanted; });
    if (filter == declaration.filters.end()) return errors::unknown_parameter(name, known_parameters(declaration));
    const Column& column = declaration.columns[filter->column];
    if (given.size() != 1 && !column.array) {
      return errors::bad_parameter(name, "given once: only a filter on an array may be repeated");
    }
    for (const auto& text : given) {
      const auto image = column.image_of_parameter(text);
      if (!image) return errors::bad_parameter(name, std::string(column.expectation()));
      spec.filters[name].insert(*image);
    }
  }
  if (declaration.owner && !parameters.whole) {
    const auto image = owner ? declaration.columns[*declaration.owner].image_of_parameter(*owner) : std::nullopt;
    if (!image) return errors::unauthorized_owner();
    spec.owner = *image;
  }
  return spec;
}

}  // namespace edge
