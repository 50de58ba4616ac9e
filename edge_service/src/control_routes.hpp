// The control API, port 8081: for services and other edges, never for the public. Skip's control API, so that its
// clients work, and what operators read.
//
// Owner     The HTTP server; one per io thread.
// Threads   Its io thread's alone.
#pragma once

#include <functional>

#include "edge_service/src/streaming_routes.hpp"

namespace edge {

class ControlRoutes : public suite::HttpHandler {
 public:
  // `end_streams` ends the streams of a deleted ticket on every io thread.
  using EndStreams = std::function<void(const std::string& nonce)>;

  ControlRoutes(NodeInfo& node, Shelf& shelf, ResourceAnswers& answers, const Authorizer& authorizer, StreamIds& ids,
                Metrics& metrics, EndStreams end_streams)
      : node_info_(node),
        node_(node, shelf),
        shelf_(shelf),
        answers_(answers),
        authorizer_(authorizer),
        ids_(ids),
        metrics_(metrics),
        end_streams_(std::move(end_streams)) {}

  suite::asio::awaitable<suite::Answer> handle(suite::Request& request, const suite::tcp::endpoint& peer) override;

 private:
  using Reply = suite::asio::awaitable<suite::Reply>;

  suite::asio::awaitable<suite::Answer> route(const suite::Request& request, const RequestPath& path,
                                              const Identity& identity);
  Reply snapshot(const std::string& resource, std::string_view body, const Identity& identity);
  Reply lookup(const std::string& resource, std::string_view body, const Identity& identity);
  Reply make_stream(const std::string& resource, std::string_view body, const Identity& identity);
  Reply mirror(std::string_view body, const Identity& identity);
  suite::Reply delete_stream(const std::string& id);
  Reply metrics();
  Reply status();

  suite::Answer replicate(const suite::Request& request, const RequestPath& path);

  NodeInfo& node_info_;
  NodeRoutes node_;
  Shelf& shelf_;
  ResourceAnswers& answers_;
  const Authorizer& authorizer_;
  StreamIds& ids_;
  Metrics& metrics_;
  EndStreams end_streams_;
};

}  // namespace edge
