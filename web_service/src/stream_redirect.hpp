// Sends a reader who wants an event stream to the edges: a stream is made with the control API, and a 307 leads to it.
#pragma once

#include <nlohmann/json.hpp>

#include "web_service/src/call.hpp"

namespace suite::web {

// Whether `Accept` asks for an event stream.
bool wants_stream(const Request& request);

struct StreamQuery {
  nlohmann::json parameters;  // of the window
  std::string carried;        // "after" and "last_event_id", which belong to the reader: encoded, for the new address
};

// A query that cannot be decoded: `malformed`.
Result<StreamQuery> read_stream_query(std::string_view query);

// The 307, or the edge's answer to a mistake in the parameters.
asio::awaitable<Result<Reply>> redirect_to_stream(Call& call, const char* resource, const StreamQuery& query,
                                                  std::optional<std::int64_t> owner);

}  // namespace suite::web
