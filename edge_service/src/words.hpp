// Small things done to text: HTTP lists, words without regard to case (ASCII).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edge::words {

std::string_view trimmed(std::string_view text);
std::string lowered(std::string_view text);
bool same_word(std::string_view a, std::string_view b);
// The trimmed parts between separators; empty ones are left out.
std::vector<std::string_view> parts(std::string_view text, char separator);

}  // namespace edge::words
