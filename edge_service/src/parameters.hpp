// The parameters of a read as a client gave them, and what they mean for one resource. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge_service/src/api_error.hpp"
#include "edge_service/src/window_spec.hpp"

namespace edge {

struct Declaration;

struct Parameters {
  std::map<std::string, std::vector<std::string>> values;  // limit and filters; text, as given
  std::optional<std::string> key_json;                     // {"key": …}: the window of one entry
  std::optional<std::string> after;
  std::string last_event_id;
  bool whole = false;  // all entries, whatever the defaults: how one edge mirrors another

  static Outcome<Parameters> from_query(std::string_view encoded_query);
  // An empty body counts as {}.
  static Outcome<Parameters> from_json(std::string_view body);
  // The form that from_json() reads again.
  std::string to_json() const;
};

// The window that `parameters` mean; `owner` is the user's id as text, for an owner-scoped resource.
Outcome<WindowSpec> window_of(const Parameters& parameters, const Declaration& declaration,
                              const std::optional<std::string>& owner);

}  // namespace edge
