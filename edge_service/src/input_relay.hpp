// The writer of a follower: passes a patch up to the node that is followed, and that one on, up to the leader.
//
// Owner     main.
// Threads   Any io thread calls; the requests run on the core, beside the upstream.
// Failure   The words of the node above where it refuses; 503 where none is followed or it does not answer.
#pragma once

#include <memory>

#include "common/http_client.hpp"
#include "edge_service/src/edge_upstream.hpp"
#include "edge_service/src/input_writer.hpp"

namespace edge {

class InputRelay : public InputWriter {
 public:
  InputRelay(suite::asio::io_context& core, const EdgeUpstreamOptions& options, const EdgeUpstream& upstream);

  suite::asio::awaitable<Outcome<std::optional<Version>>> write(std::string collection, std::string body) override;

 private:
  suite::asio::awaitable<Outcome<std::optional<Version>>> pass_up(suite::ClientRequest request);

  suite::asio::io_context& core_;
  const EdgeUpstream& upstream_;
  std::string control_token_;
  std::vector<std::unique_ptr<suite::HttpClient>> above_;  // one for each address of the upstream
};

}  // namespace edge
