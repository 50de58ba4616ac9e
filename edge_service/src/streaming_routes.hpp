// The streaming API, port 8080: JSON reads and event streams for everybody (design.md 5).
//
// Owner     The HTTP server; one per io thread.
// Threads   Its io thread's alone.
#pragma once

#include "edge_service/src/node_routes.hpp"
#include "edge_service/src/request_path.hpp"
#include "edge_service/src/resource_answers.hpp"
#include "edge_service/src/stream_ids.hpp"

namespace edge {

class StreamingRoutes : public suite::HttpHandler {
 public:
  StreamingRoutes(const NodeInfo& node, Shelf& shelf, ResourceAnswers& answers, const Authorizer& authorizer,
                  const StreamIds& ids)
      : node_(node, shelf), answers_(answers), authorizer_(authorizer), ids_(ids) {}

  std::optional<suite::Reply> at_hand(const suite::Request& request) override { return answers_.at_hand(request); }
  suite::asio::awaitable<suite::Answer> handle(suite::Request& request, const suite::tcp::endpoint& peer) override;

 private:
  suite::asio::awaitable<suite::Answer> stream_of_ticket(const suite::Request& request, const std::string& id,
                                                         const Parameters& given);

  NodeRoutes node_;
  ResourceAnswers& answers_;
  const Authorizer& authorizer_;
  const StreamIds& ids_;
};

// GET /v1/resources/{name}[/{key}]?…, which both ports serve; `stream`: as an event stream whatever Accept says.
suite::asio::awaitable<suite::Answer> answer_resource(ResourceAnswers& answers, const suite::Request& request,
                                                      const RequestPath& path, const Parameters& parameters,
                                                      const Identity& identity, bool stream);

}  // namespace edge
