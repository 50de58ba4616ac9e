#include "web_service/src/text.hpp"

#include <algorithm>

namespace suite::web::text {
namespace {

// Calls `visit(code_point)` for each until it returns false; returns whether all were visited.
template <typename Visit>
bool every(std::string_view utf8, const Visit& visit) {
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i++]);
    char32_t point = lead;
    const int following = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    if (following > 0) point = lead & (0x3Fu >> following);
    for (int n = 0; n < following && i < utf8.size(); ++n) {
      point = (point << 6) | (static_cast<unsigned char>(utf8[i++]) & 0x3Fu);
    }
    if (!visit(point)) return false;
  }
  return true;
}

// Unicode's White_Space.
bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029; }

}  // namespace

std::size_t length(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_blank(std::string_view utf8) { return every(utf8, is_white_space); }

bool is_trimmed(std::string_view utf8) {
  bool first = true;
  bool first_is_white = false;
  bool last_is_white = false;
  every(utf8, [&](char32_t c) {
    last_is_white = is_white_space(c);
    if (first) first_is_white = last_is_white;
    first = false;
    return true;
  });
  return !first_is_white && !last_is_white;
}

bool has_white_space(std::string_view utf8) {
  return !every(utf8, [](char32_t c) { return !is_white_space(c); });
}

bool has_line_breaks_or_controls(std::string_view utf8) {
  return !every(utf8, [](char32_t c) { return !is_control(c); });
}

bool has_nul(std::string_view utf8) { return utf8.find('\0') != std::string_view::npos; }

}  // namespace suite::web::text
