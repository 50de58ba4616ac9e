// Small things done to text: HTTP lists, words without regard to case (ASCII).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edge::words {

std::string_view trimmed(std::string_view text);
std::string lowered(std::string_view text);
bool same_word(std::string_view a, std::string_view b);
// Whether `meets` is true of one of the trimmed parts between separators; empty ones are left out.
template <typename Meets>
bool any_part(std::string_view text, char separator, Meets meets) {
  while (!text.empty()) {
    const auto end = text.find(separator);
    if (const auto part = trimmed(text.substr(0, end)); !part.empty() && meets(part)) return true;
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  return false;
}

// All of them.
std::vector<std::string_view> parts(std::string_view text, char separator);

}  // namespace edge::words
