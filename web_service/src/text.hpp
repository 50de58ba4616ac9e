// What text is made of, by code point. All of it takes valid UTF-8, which parsed JSON is.
#pragma once

#include <cstddef>
#include <string_view>

namespace suite::web::text {

// As PostgreSQL's char_length counts.
std::size_t length(std::string_view utf8);

bool is_blank(std::string_view utf8);    // empty or white space only
bool is_trimmed(std::string_view utf8);  // no white space at either end
bool has_white_space(std::string_view utf8);
bool has_line_breaks_or_controls(std::string_view utf8);  // what does not belong into one line of text
bool has_nul(std::string_view utf8);                      // which PostgreSQL cannot store

}  // namespace suite::web::text
