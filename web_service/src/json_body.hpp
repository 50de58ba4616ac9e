// The body of a request as a JSON object, or what is wrong with it.
//
// Bounds    The size is the HTTP server's; nesting is bounded here. A name given twice is refused: which of the two was
//           meant is nothing to guess. Text that is no UTF-8, and lone surrogates, are no JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "common/http_session.hpp"
#include "web_service/src/errors.hpp"

namespace suite::web {

inline constexpr int kDeepest = 8;

struct JsonBody {
  nlohmann::json object;
};

// The media type must be application/json: a form on another site's page cannot send that (see README, cookies).
Result<JsonBody> json_body(const Request& request);

Result<JsonBody> parse_object(std::string_view text);

}  // namespace suite::web
