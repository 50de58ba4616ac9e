// Reads from the edges, over their control API.
//
// Owner     One io thread's part; outlives the requests of that thread.
// Threads   That io thread's alone.
// Slow      Every question is bounded (longer than an edge waits for a token); see HttpClient.
// Failure   No edge to be reached: `edge_unavailable`. One that refuses us, or answers what we do not understand:
//           `edge_failed`, and the log says why. Its answers to the client's own mistakes (400, 404, 504) are answers.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "common/http_client.hpp"
#include "common/http_session.hpp"
#include "web_service/src/errors.hpp"

namespace suite::web {

class EdgeClient {
 public:
  EdgeClient(asio::io_context& context, const std::vector<HttpAddress>& edges, std::string token);

  // GET of a resource or an entry ("/v1/resources/…"), with what `asked` says of tokens, caches and encodings.
  // `owner`: as this user.
  asio::awaitable<Result<ClientReply>> read(const Request& asked, std::string target,
                                            std::optional<std::int64_t> owner = std::nullopt);

  // 201 and the id of a stream in the body, or an answer to the client's mistake.
  asio::awaitable<Result<ClientReply>> open_stream(const char* resource, const nlohmann::json& parameters,
                                                   std::optional<std::int64_t> owner = std::nullopt);

  // Whether an edge says it is ready, asked for at most `limit`.
  asio::awaitable<bool> ready(std::chrono::milliseconds limit);

 private:
  ClientRequest request(std::string target, std::optional<std::int64_t> owner) const;
  asio::awaitable<Result<ClientReply>> ask(ClientRequest request);
  ApiError no_answer(const std::string& path, const ClientFailure& failure);

  HttpClient client_;
  std::string token_;
  bool told_unreachable_ = false;  // of the present outage
};

// An edge's answer as ours: its body as it is, and of its fields those that are meant for the client.
Reply passed_on(ClientReply reply);

}  // namespace suite::web
