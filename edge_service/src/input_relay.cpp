#include "edge_service/src/input_relay.hpp"

#include <boost/url/url.hpp>
#include <nlohmann/json.hpp>

#include "edge_service/src/node_routes.hpp"

namespace edge {

namespace asio = suite::asio;

namespace {

ApiError not_passed_up(const std::string& why) {
  return {suite::Status::service_unavailable, "upstream_unreachable",
          "inputs are written at the leader, and the way there is interrupted (" + why + "): try again in a moment",
          "Retry-After: 1\r\n"};
}

// As the node above said it.
ApiError refusal_of(const suite::ClientReply& reply) {
  const auto json = nlohmann::json::parse(reply.body, nullptr, false);
  if (!json.is_object() || !json.contains("error") || !json["error"].is_string()) {
    return not_passed_up("it answers " + std::to_string(reply.status));
  }
  return {static_cast<suite::Status>(reply.status), json["error"], json.value("message", std::string())};
}

}  // namespace

InputRelay::InputRelay(asio::io_context& core, const EdgeUpstreamOptions& options, const EdgeUpstream& upstream)
    : core_(core), upstream_(upstream), control_token_(options.control_token) {
  for (const auto& address : options.addresses) {
    above_.push_back(std::make_unique<suite::HttpClient>(core_, std::vector{address}));
  }
}

asio::awaitable<Outcome<std::optional<Version>>> InputRelay::write(std::string collection, std::string body) {
  boost::urls::url url("/v1/inputs");
  url.segments().push_back(collection);
  suite::ClientRequest request;
  request.method = suite::http::verb::patch;
  request.target = url.buffer();
  request.fields = {{"Content-Type", "application/json"}};
  if (!control_token_.empty()) request.fields.emplace_back("Authorization", "Bearer " + control_token_);
  request.body = std::move(body);
  request.limit = std::chrono::seconds(5);
  auto work = pass_up(std::move(request));
  co_return co_await asio::co_spawn(core_, std::move(work), asio::use_awaitable);
}

asio::awaitable<Outcome<std::optional<Version>>> InputRelay::pass_up(suite::ClientRequest request) {
  const auto place = upstream_.followed();
  if (!place) co_return not_passed_up("no upstream is connected");
  const auto reply = co_await above_[*place]->send(std::move(request));
  if (!reply) co_return not_passed_up(reply.error().what);
  if (reply->status != static_cast<unsigned>(suite::Status::ok)) co_return refusal_of(*reply);
  const auto field = reply->fields[std::string(kVersionField)];
  co_return parse_version_text({field.data(), field.size()});
}

}  // namespace edge
