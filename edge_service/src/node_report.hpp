// A node's word of itself in the input `nodes`, where the database declares one: so the state of the whole cluster is a
// resource, with a stream. Repeated three times within the input's time to live; who is gone is gone from it.
//
// Owner     main.
// Threads   One io thread: its shelf's.
// Failure   A report that is refused or finds no way up is dropped; the next one comes soon.
#pragma once

#include "edge_service/src/input_writer.hpp"
#include "edge_service/src/metrics.hpp"
#include "edge_service/src/node_routes.hpp"

namespace edge {

class NodeReport {
 public:
  static constexpr const char* kInput = "nodes";

  NodeReport(const NodeInfo& node, const Shelf& shelf, const Metrics& metrics, InputWriter& inputs,
             std::string upstream)
      : node_(node),
        routes_(node, shelf),
        shelf_(shelf),
        metrics_(metrics),
        inputs_(inputs),
        upstream_(std::move(upstream)) {}

  suite::asio::awaitable<void> run();

 private:
  std::string text();

  const NodeInfo& node_;
  NodeRoutes routes_;
  const Shelf& shelf_;
  const Metrics& metrics_;
  InputWriter& inputs_;
  std::string upstream_;
  std::uint64_t reads_ = 0;
  suite::Clock::time_point counted_ = suite::Clock::now();
};

}  // namespace edge
