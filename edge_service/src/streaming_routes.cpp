#include "edge_service/src/streaming_routes.hpp"

namespace edge {

namespace asio = suite::asio;
namespace http = suite::http;
using suite::Answer;
using suite::Request;

asio::awaitable<Answer> answer_resource(ResourceAnswers& answers, const Request& request, const RequestPath& path,
                                        const Parameters& parameters, const Identity& identity, bool stream) {
  const std::string& resource = path.segments[2];
  const std::optional<std::string> key = path.segments.size() == 4 ? std::optional(path.segments[3]) : std::nullopt;
  const auto window = co_await answers.window(resource, key, parameters, identity);
  if (!window) co_return reply_to(window.error());
  if (!stream) co_return co_await answers.json(request, *window);
  co_return answers.stream(request, parameters, *window, (*window)->spec.owner ? identity.expires : std::nullopt);
}

asio::awaitable<Answer> StreamingRoutes::stream_of_ticket(const Request& request, const std::string& id,
                                                          const Parameters& given) {
  const auto ticket = ids_.open(id, std::chrono::system_clock::now());
  if (!ticket) co_return reply_to(errors::unknown_stream());
  auto parameters = Parameters::from_json(ticket->parameters);
  if (!parameters) co_return reply_to(parameters.error());
  parameters->whole = ticket->whole;
  parameters->last_event_id = given.last_event_id;
  const Identity bearer{ticket->owner, std::nullopt, true};
  const auto window = co_await answers_.window(ticket->resource, *parameters, bearer);
  if (!window) co_return reply_to(window.error());
  co_return answers_.stream(request, *parameters, *window, std::nullopt, ticket->nonce);
}

asio::awaitable<Answer> StreamingRoutes::handle(Request& request, const suite::tcp::endpoint&) {
  const std::string_view target(request.target().data(), request.target().size());
  const auto path = RequestPath::parse(target);
  if (!path) co_return reply_to({suite::Status::bad_request, "bad_request", "the request's target is no valid path"});
  const bool resource = path->is({"v1", "resources"}, 1) || path->is({"v1", "resources"}, 2);
  const bool stream = path->is({"v1", "streams"}, 1);
  if (!resource && !stream && path->path != "/healthz" && path->path != "/readyz") {
    co_return reply_to(errors::unknown_route(path->path));
  }
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    co_return reply_to(errors::method_not_allowed("GET, HEAD"));
  }
  if (auto reply = node_.answer(path->path)) co_return std::move(*reply);

  const auto parameters = Parameters::from_query(path->query);
  if (!parameters) co_return reply_to(parameters.error());
  if (const auto refused = co_await answers_.await_token(request, *parameters)) co_return reply_to(*refused);
  if (stream && !path->segments[2].empty() && path->segments[2].front() == '~') {
    co_return co_await stream_of_ticket(request, path->segments[2], *parameters);
  }
  co_return co_await answer_resource(answers_, request, *path, *parameters, authorizer_.reader(request),
                                     stream || wants_stream(request));
}

}  // namespace edge
