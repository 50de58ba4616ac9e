#include "web_service/src/stream_redirect.hpp"

#include <algorithm>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <cctype>

#include "common/log.hpp"

namespace suite::web {
namespace {

using nlohmann::json;

constexpr unsigned kCreated = 201;

// Like a form: "+" stands for a space.
std::string decoded(boost::urls::pct_string_view encoded) {
  boost::urls::encoding_opts options;
  options.space_as_plus = true;
  return encoded.decode(options);
}

bool is_utf8(const std::string& text) {
  // In strict mode the serializer refuses what is none.
  try {
    return !json(text).dump().empty();
  } catch (const json::type_error&) {
    return false;
  }
}

// An id travels into a header field and a path: nothing but what needs no encoding there.
bool is_stream_id(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("~-._").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

}  // namespace

bool wants_stream(const Request& request) {
  std::string_view rest = request[http::field::accept];
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    std::string_view range = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    range.remove_prefix(std::min(range.find_first_not_of(" \t"), range.size()));
    const auto type_end = std::min(range.find_first_of("; \t"), range.size());
    if (!boost::beast::iequals(range.substr(0, type_end), "text/event-stream")) continue;
    const http::param_list parameters(range.substr(type_end));
    return std::none_of(parameters.begin(), parameters.end(), [](const auto& parameter) {
      const bool quality = boost::beast::iequals(parameter.first, "q");
      return quality && parameter.second.find_first_not_of("0.") == std::string_view::npos;  // q=0: anything but that
    });
  }
  return false;
}

Result<StreamQuery> read_stream_query(std::string_view query) {
  StreamQuery read{json::object(), {}};
  const std::string target = "/?" + std::string(query);  // not parse_query(): Boost 1.81's reads beyond the end
  const auto url = boost::urls::parse_origin_form(target);
  if (!url) return ApiError{Problem::malformed, "the query is not percent-encoded as it should be"};
  for (const auto& parameter : url->encoded_params()) {
    if (parameter.key.empty()) continue;
    const std::string name = decoded(parameter.key);
    if (name == "after" || name == "last_event_id") {
      read.carried.append(read.carried.empty() ? "" : "&")
          .append(name)
          .append("=")
          .append(std::string_view(parameter.value.data(), parameter.value.size()));
      continue;
    }
    const std::string value = decoded(parameter.value);
    if (!is_utf8(name) || !is_utf8(value))
      return ApiError{Problem::malformed, "the query holds text that is not UTF-8"};
    if (name == "key") return ApiError{Problem::malformed, "to follow one post, ask for /posts/{id}"};
    read.parameters[name].push_back(value);
  }
  return read;
}

asio::awaitable<Result<Reply>> redirect_to_stream(Call& call, const char* resource, const StreamQuery& query,
                                                  std::optional<std::int64_t> owner) {
  auto answer = co_await call.edge.open_stream(resource, query.parameters, owner);
  if (!answer) co_return answer.error();
  if (answer->status != kCreated) co_return passed_on(std::move(*answer));
  if (!is_stream_id(answer->body)) {
    log::warn("edge_refused", {{"resource", resource}, {"error", "its stream id is none"}});
    co_return ApiError{Problem::edge_failed};
  }
  std::string location = "/streams/" + answer->body;
  if (!query.carried.empty()) location += "?" + query.carried;
  co_return json_reply(
      Status::temporary_redirect, {{"stream", location}},
      {{"Location", location}, {"Cache-Control", "private, no-store"}, {"Vary", "Accept, Authorization, Cookie"}});
}

}  // namespace suite::web
