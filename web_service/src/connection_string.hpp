// WEB_DATABASE_URL, completed with what this service needs of every connection.
#pragma once

#include <optional>
#include <string>

namespace suite::web {

// libpq's "keyword='value' …" for a URL or keyword string: what was given wins, except where the answers' form depends
// on it (encoding, TimeZone, DateStyle, extra_float_digits). Nothing where libpq does not understand it.
std::optional<std::string> connection_string(const std::string& given);

}  // namespace suite::web
