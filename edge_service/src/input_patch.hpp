// What a client asks of an input: `[[key,[value]],[key,[]],…]`, a value to be held or none to remove the entry. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge_service/src/api_error.hpp"

namespace edge {

struct InputPatch {
  struct Item {
    std::string key;                   // JSON text
    std::optional<std::string> value;  // JSON text as it came, without spaces; nothing: the entry is removed
  };
  std::vector<Item> items;  // each key once: the last word counts

  // Keys are strings and whole numbers within ±(2^53−1). Values are taken over text by text, never through a number
  // type that could round them; they nest at most kDeepest deep.
  static Outcome<InputPatch> parse(std::string_view body);

  static constexpr int kDeepest = 100;
};

}  // namespace edge
