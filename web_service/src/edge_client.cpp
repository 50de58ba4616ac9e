#include "web_service/src/edge_client.hpp"

#include <array>

#include "common/log.hpp"

namespace suite::web {
namespace {

// Longer than an edge waits for a token (EDGE_MAX_WAIT_MS, 5 s), and twice of it below a browser's patience.
constexpr std::chrono::milliseconds kAttempt{7'000};
constexpr std::chrono::milliseconds kLimit{14'000};

HttpClientLimits client_limits() {
  HttpClientLimits limits;
  limits.attempt = kAttempt;
  return limits;
}

std::string error_code_of(const ClientReply& reply) {
  const auto body = nlohmann::json::parse(reply.body, nullptr, false);
  const auto code = body.is_object() ? body.find("error") : body.end();
  return body.is_object() && code != body.end() && code->is_string() ? code->get<std::string>() : std::string();
}

bool answers_the_client(const ClientReply& reply) {
  switch (reply.status) {
    case 200:
    case 201:
    case 304:
    case 400:
    case 504:  // the token was not reached
      return true;
    case 404: {  // no such entry; a resource or route that is missing is nothing the client can mend
      const auto code = error_code_of(reply);
      return code != "unknown_resource" && code != "unknown_route";
    }
    default: return false;
  }
}

void forward(const Request& from, std::string_view name, ClientRequest& to) {
  const auto field = from.find(name);
  if (field != from.end()) to.fields.emplace_back(name, field->value());
}

}  // namespace

EdgeClient::EdgeClient(asio::io_context& context, const std::vector<HttpAddress>& edges, std::string token)
    : client_(context, edges, client_limits()), token_(std::move(token)) {}

asio::awaitable<Result<ClientReply>> EdgeClient::read(const Request& asked, std::string target,
                                                      std::optional<std::int64_t> owner) {
  auto question = request(std::move(target), owner);
  for (const auto* name : {"If-None-Match", "Accept-Encoding", "Edge-After"}) forward(asked, name, question);
  co_return co_await ask(std::move(question));
}

asio::awaitable<Result<ClientReply>> EdgeClient::open_stream(const char* resource, const nlohmann::json& parameters,
                                                             std::optional<std::int64_t> owner) {
  auto question = request(std::string("/v1/streams/") + resource, owner);
  question.method = http::verb::post;
  question.body = parameters.dump();
  question.fields.emplace_back("Content-Type", "application/json");
  co_return co_await ask(std::move(question));  // repeatable: an id that nobody uses is no more than a text
}

asio::awaitable<bool> EdgeClient::ready(std::chrono::milliseconds limit) {
  auto question = request("/readyz", std::nullopt);
  question.limit = limit;
  const auto answer = co_await client_.send(std::move(question));
  co_return answer && answer->status == 200;
}

ClientRequest EdgeClient::request(std::string target, std::optional<std::int64_t> owner) const {
  ClientRequest question;
  question.target = std::move(target);
  question.limit = kLimit;
  question.fields.emplace_back("Accept", "application/json");
  if (!token_.empty()) question.fields.emplace_back("Authorization", "Bearer " + token_);
  if (owner) question.fields.emplace_back("Edge-User", std::to_string(*owner));
  return question;
}

asio::awaitable<Result<ClientReply>> EdgeClient::ask(ClientRequest request) {
  const std::string path = request.target.substr(0, request.target.find('?'));
  auto answer = co_await client_.send(std::move(request));
  if (!answer) co_return no_answer(path, answer.error());
  told_unreachable_ = false;
  if (answers_the_client(*answer)) co_return std::move(*answer);
  log::warn("edge_refused", {{"path", path}, {"status", answer->status}, {"error", error_code_of(*answer)}});
  co_return ApiError{answer->status == 503 ? Problem::edge_unavailable : Problem::edge_failed};
}

ApiError EdgeClient::no_answer(const std::string& path, const ClientFailure& failure) {
  if (failure.kind == ClientFailure::Kind::busy) return {Problem::busy};
  const bool told = std::exchange(told_unreachable_, true);
  (told ? log::debug : log::warn)("edge_unreachable", {{"path", path}, {"error", failure.what}});
  return {failure.kind == ClientFailure::Kind::too_large ? Problem::edge_failed : Problem::edge_unavailable};
}

Reply passed_on(ClientReply reply) {
  const auto status = static_cast<Status>(reply.status);
  const std::string content_type(reply.fields[http::field::content_type]);
  Reply ours = make_reply(status, content_type, status == Status::not_modified ? std::string() : std::move(reply.body));
  constexpr std::array kPassed{"Cache-Control",    "ETag",       "Edge-Version", "Edge-Staleness-Ms",
                               "Content-Encoding", "Retry-After"};
  for (const auto* name : kPassed) {
    const auto field = reply.fields.find(name);
    if (field != reply.fields.end()) ours.extra += field_line(name, field->value());
  }
  ours.extra += field_line("Vary", "Accept, Accept-Encoding, Authorization, Cookie");
  return ours;
}

}  // namespace suite::web
