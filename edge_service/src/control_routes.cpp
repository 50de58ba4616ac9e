#include "edge_service/src/control_routes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "edge_service/src/replication_stream.hpp"
#include "edge_service/src/sse.hpp"

namespace edge {

namespace asio = suite::asio;
namespace http = suite::http;
using suite::Answer;
using suite::Request;
using suite::Status;

namespace {

// How long the answer to a write of an input waits for the write to come down again.
constexpr auto kSeenWithin = std::chrono::seconds(2);

suite::Reply json_text(Status status, std::string body) {
  return suite::make_reply(status, "application/json", std::move(body), {{"Cache-Control", "no-store"}});
}

}  // namespace

asio::awaitable<Answer> ControlRoutes::handle(Request& request, const suite::tcp::endpoint& peer) {
  const std::string_view target(request.target().data(), request.target().size());
  const auto path = RequestPath::parse(target);
  if (!path) co_return reply_to({Status::bad_request, "bad_request", "the request's target is no valid path"});
  if (auto reply = node_.answer(path->path)) co_return std::move(*reply);
  if (path->path == "/metrics") co_return co_await metrics();
  const auto identity = authorizer_.controller(request, peer);
  if (!identity) co_return reply_to(errors::unauthorized_control());
  co_return co_await route(request, *path, *identity);
}

asio::awaitable<Answer> ControlRoutes::route(const Request& request, const RequestPath& path,
                                             const Identity& identity) {
  const bool snapshot_route = path.is({"v1", "snapshot"}, 1);
  const bool lookup_route = path.is({"v1", "snapshot"}, 2) && path.segments[3] == "lookup";
  const bool stream_route = path.is({"v1", "streams"}, 1);
  const bool input_route = path.is({"v1", "inputs"}, 1);
  const bool status_route = path.is({"v1", "status"});
  const bool replicate_route = path.is({"v1", "replicate"});
  const bool resource_route = path.is({"v1", "resources"}, 1) || path.is({"v1", "resources"}, 2);
  const auto method = request.method();
  const auto refuse = [](std::string_view allowed) { return reply_to(errors::method_not_allowed(allowed)); };
  if ((snapshot_route || lookup_route) && method != http::verb::post) co_return refuse("POST");
  if (stream_route && method != http::verb::post && method != http::verb::delete_) co_return refuse("POST, DELETE");
  if (input_route && method != http::verb::patch) co_return refuse("PATCH");
  if ((status_route || replicate_route || resource_route) && method != http::verb::get && method != http::verb::head) {
    co_return refuse("GET, HEAD");
  }

  if (replicate_route && !identity.trusted) co_return reply_to(errors::unauthorized_follower());
  if (replicate_route) co_return replicate(request, path);
  const auto parameters = Parameters::from_query(path.query);
  if (!parameters) co_return reply_to(parameters.error());
  if (stream_route && method == http::verb::delete_) co_return delete_stream(path.segments[2]);
  if (status_route) co_return co_await status();
  if (!snapshot_route && !lookup_route && !stream_route && !input_route && !resource_route) {
    co_return reply_to(errors::unknown_route(path.path));
  }
  if (const auto refused = co_await answers_.await_token(request, *parameters)) co_return reply_to(*refused);
  if (resource_route) {
    co_return co_await answer_resource(answers_, request, path, *parameters, identity, wants_stream(request));
  }
  const std::string& resource = path.segments[2];
  if (input_route) co_return co_await write_input(resource, request.body());
  if (snapshot_route) co_return co_await snapshot(resource, request.body(), identity);
  if (lookup_route) co_return co_await lookup(resource, request.body(), identity);
  if (resource == "leader") co_return co_await mirror(request.body(), identity);
  co_return co_await make_stream(resource, request.body(), identity);
}

asio::awaitable<suite::Reply> ControlRoutes::snapshot(const std::string& resource, std::string_view body,
                                                      const Identity& identity) {
  const auto parameters = Parameters::from_json(body);
  if (!parameters) co_return reply_to(parameters.error());
  const auto window = co_await answers_.window(resource, *parameters, identity);
  if (!window) co_return reply_to(window.error());
  const auto contents = co_await answers_.contents(*window);
  if (!contents) co_return reply_to(contents.error());
  co_return json_text(Status::ok, sse::pairs((*contents)->entries()));
}

asio::awaitable<suite::Reply> ControlRoutes::lookup(const std::string& resource, std::string_view body,
                                                    const Identity& identity) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("key")) {
    co_return reply_to(errors::bad_body("a JSON object such as {\"key\":42,\"params\":{}}"));
  }
  const auto given = json.find("params");
  auto parameters = Parameters::from_json(given == json.end() || given->is_null() ? std::string() : given->dump());
  if (!parameters) co_return reply_to(parameters.error());
  const auto window = co_await answers_.window(resource, *parameters, identity);
  if (!window) co_return reply_to(window.error());
  const auto contents = co_await answers_.contents(*window);
  if (!contents) co_return reply_to(contents.error());
  const DeclarationPtr declaration = shelf_.declaration(resource);
  const auto key = declaration ? declaration->key_from_json(json["key"].dump()) : std::nullopt;
  const auto& entries = (*contents)->entries();
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const EntryPtr& entry) { return key && entry->key() == *key; });
  co_return json_text(Status::ok, found == entries.end() ? "[]" : "[" + std::string((*found)->value()) + "]");
}

asio::awaitable<suite::Reply> ControlRoutes::make_stream(const std::string& resource, std::string_view body,
                                                         const Identity& identity) {
  const auto parameters = Parameters::from_json(body);
  if (!parameters) co_return reply_to(parameters.error());
  std::string canonical = parameters->to_json();
  if (canonical.size() > StreamIds::kLongestParameters) {
    co_return reply_to(errors::bad_body("at most " + std::to_string(StreamIds::kLongestParameters) + " bytes"));
  }
  // Opened here, so that whatever is wrong with it is said now and not to the stream's reader.
  const auto window = co_await answers_.window(resource, *parameters, identity);
  if (!window) co_return reply_to(window.error());
  StreamTicket ticket{resource, std::move(canonical), (*window)->spec.owner ? identity.user : std::nullopt, false, {}};
  co_return suite::make_reply(Status::created, "text/plain",
                              ids_.make(std::move(ticket), std::chrono::system_clock::now()));
}

// The stream of a whole resource, which is how a follower of the original mirrors its leader.
asio::awaitable<suite::Reply> ControlRoutes::mirror(std::string_view body, const Identity& identity) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_string()) co_return reply_to(errors::bad_body("a resource's name as a JSON string, such as \"posts\""));
  const auto resource = json.get<std::string>();
  const DeclarationPtr declaration = shelf_.declaration(resource);
  if (!declaration) co_return reply_to(shelf_.loaded() ? errors::unknown_resource(resource) : errors::not_loaded());
  if (declaration->owner && !identity.trusted) co_return reply_to(errors::unauthorized_control());
  co_return suite::make_reply(Status::created, "text/plain",
                              ids_.make({resource, "{}", std::nullopt, true, {}}, std::chrono::system_clock::now()));
}

asio::awaitable<suite::Reply> ControlRoutes::write_input(std::string collection, std::string body) {
  const auto written = co_await inputs_.write(std::move(collection), std::move(body));
  if (!written) co_return reply_to(written.error());
  if (*written) co_await shelf_.shows(**written, suite::Clock::now() + kSeenWithin);
  co_return suite::make_reply(Status::ok, "application/json", "{}",
                              {{"Cache-Control", "no-store"}, {kVersionField, version_text(shelf_.version())}});
}

suite::Reply ControlRoutes::delete_stream(const std::string& id) {
  if (const auto ticket = ids_.remove(id, std::chrono::system_clock::now())) end_streams_(ticket->nonce);
  return suite::make_reply(Status::ok, "text/plain", "OK");
}

Answer ControlRoutes::replicate(const Request& request, const RequestPath& path) {
  auto follower = FollowerRequest::parse(request, path.query);
  if (!follower) return reply_to(follower.error());
  return suite::Conversation([this, follower = std::move(*follower)](suite::Peer& peer) -> asio::awaitable<void> {
    const auto stream = std::make_shared<ReplicationStream>(shelf_, node_info_.ancestry, node_info_.followers,
                                                            node_info_.name, follower);
    co_await stream->run(peer);
  });
}

asio::awaitable<suite::Reply> ControlRoutes::metrics() {
  const Store::Figures figures = co_await shelf_.figures();
  co_return suite::make_reply(Status::ok, "text/plain; version=0.0.4; charset=utf-8",
                              metrics_.text(shelf_.health(), figures, node_info_.followers));
}

asio::awaitable<suite::Reply> ControlRoutes::status() {
  const Store::Figures figures = co_await shelf_.figures();
  nlohmann::json body = node_.state();
  body["streams"] = metrics_.readers();
  body["windows"] = figures.windows;
  body["history_bytes"] = figures.history_bytes;
  if (const Health& health = shelf_.health(); health.loading_of() > 0) {
    body["loading"] = {{"entries", health.loading_done()}, {"of", health.loading_of()}};
  }
  body["followers"] = nlohmann::json::array();
  for (const auto& follower : node_info_.followers.all()) {
    body["followers"].push_back({{"node", follower.node}, {"versions_behind", figures.sequence - follower.at}});
  }
  body["resources"] = nlohmann::json::array();
  for (const auto& [name, entries] : figures.entries_of) {
    body["resources"].push_back({{"name", name}, {"entries", entries}});
  }
  co_return suite::json_reply(Status::ok, body, {{"Cache-Control", "no-store"}});
}

}  // namespace edge
