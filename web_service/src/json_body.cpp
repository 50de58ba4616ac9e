#include "web_service/src/json_body.hpp"

#include <boost/beast/core/string.hpp>
#include <set>

namespace suite::web {
namespace {

using nlohmann::json;

// Thrown out of the parser by what is JSON, but not ours.
struct Refused {
  ApiError error;
};

ApiError malformed(std::string message) { return {Problem::malformed, std::move(message)}; }

bool is_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  type = type.substr(0, type.find_last_not_of(" \t") + 1);
  return boost::beast::iequals(type, "application/json");
}

}  // namespace

Result<JsonBody> json_body(const Request& request) {
  if (!is_json(request[http::field::content_type])) return ApiError{Problem::unsupported_media_type};
  return parse_object(request.body());
}

Result<JsonBody> parse_object(std::string_view text) {
  std::set<std::string> names;  // of the outermost object
  const auto watch = [&names](int depth, json::parse_event_t event, json& parsed) {
    if (depth >= kDeepest) {
      throw Refused{malformed("the body is nested too deeply: it needs no more than an object with arrays in it")};
    }
    if (event == json::parse_event_t::key && depth == 1 && !names.insert(parsed.get<std::string>()).second) {
      throw Refused{{Problem::malformed, "a name is given twice: give it once", parsed.get<std::string>()}};
    }
    return true;
  };
  try {
    auto body = json::parse(text.begin(), text.end(), watch);
    if (!body.is_object()) return malformed("the body must be a JSON object, as in {\"title\": \"…\"}");
    return JsonBody{std::move(body)};
  } catch (const Refused& refused) {
    return refused.error;
  } catch (const json::parse_error& error) {
    return malformed("the body is no valid JSON (at byte " + std::to_string(error.byte) +
                     "): check quotes, commas, and that the text is UTF-8");
  } catch (const json::out_of_range&) {
    return malformed("the body holds a number that is too large");
  }
}

}  // namespace suite::web
