// What a window shows: a resource with parameters. Two clients with the same parameters share one window.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "edge_service/src/version.hpp"

namespace edge {

struct WindowSpec {
  std::string resource;
  std::optional<std::string> key;    // JSON text: a window of one entry
  std::optional<std::size_t> limit;  // none: whole
  // By column name; the images that an entry must have, all of them.
  std::map<std::string, std::set<std::string>> filters;
  std::optional<std::string> owner;  // image of the owner column's value

  auto operator<=>(const WindowSpec&) const = default;

  // Names the window in version ids; the same on every node.
  Fingerprint fingerprint() const;
  // The parameters as one byte string, equal exactly for equal windows.
  std::string canonical() const;
};

}  // namespace edge
