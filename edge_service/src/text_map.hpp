// Hash maps and sets by text, looked up by any view of it without making a string.
#pragma once

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace edge {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return boost::hash<std::string_view>()(text); }
};

template <typename Value>
using TextMap = boost::unordered_flat_map<std::string, Value, TextHash, std::equal_to<>>;

// Keys are views: what they point into must outlive the map.
template <typename Value>
using ViewMap = boost::unordered_flat_map<std::string_view, Value, TextHash, std::equal_to<>>;
using ViewSet = boost::unordered_flat_set<std::string_view, TextHash, std::equal_to<>>;

}  // namespace edge
