// An edge in this process, without a database: the service's own parts, put together as its main does.
//
// Threads   The caller's alone: it drives the core's and the io thread's context by hand, so that the same is done in
//           the same order each time.
// Time      Nothing becomes stale, and no heartbeat is due, however slowly it runs.
#pragma once

#include "common/http_server.hpp"
#include "edge_service/src/pull_report.hpp"
#include "edge_service/src/streaming_routes.hpp"

namespace bench {

class Node {
 public:
  // With the posts 1 … count; `history_bytes` as EDGE_HISTORY_MB.
  Node(std::int64_t count, std::size_t history_bytes);
  ~Node();

  edge::Store& store() { return store_; }
  std::uint16_t port() const { return server_.port(); }

  // Opens the window of posts that these parameters mean, "author_id=7&limit=5".
  edge::OpenWindowPtr open(std::string_view query);

  // What the core does with a pull's answer; the release is on its way to the shelf.
  void apply(const PGresult* pulled);
  // Only reads it.
  edge::Batch read(const PGresult* pulled) const;

  // What the io thread does until nothing is left to do; serve() first awaits that there is something.
  void serve();
  void catch_up();
  // The same for core and io thread.
  void settle();

 private:
  suite::IoThreads core_{1};
  suite::IoThreads io_{1};
  edge::NodeInfo info_{"bench", "leader", {}};
  edge::Authorizer authorizer_{{}};
  edge::StreamIds stream_ids_{"bench"};
  edge::Metrics metrics_{1};
  edge::Health health_{std::chrono::hours(24), 1};
  edge::Store store_;
  edge::Shelf shelf_;
  edge::ResourceAnswers answers_;
  suite::HttpServer server_;
  edge::Declarations held_;
};

}  // namespace bench
