// The upstream that is another edge: receives its versions whole and hands each over as one batch.
//
// Owner     main.
// Threads   The core's alone.
// Failure   An upstream that breaks off, is silent for two probes, speaks another protocol, would follow this node, or,
//           where there are others, is itself stale, is left for the next one; after a round in vain there is a pause,
//           which grows to `longest_pause`. What is shown stays, and never becomes older: an upstream that has not yet
//           seen all of it makes us wait.
// Freshness A probe goes up four times in the time of one; its moment comes back with the age of what the upstream
//           shows, so that no two clocks are compared.
#pragma once

#include "common/backoff.hpp"
#include "common/http_address.hpp"
#include "edge_service/src/ancestry.hpp"
#include "edge_service/src/metrics.hpp"
#include "edge_service/src/replication_records.hpp"

namespace edge {

struct EdgeUpstreamOptions {
  std::vector<suite::HttpAddress> addresses;  // control ports, tried in turn
  std::string node;
  std::string control_token;
  std::chrono::milliseconds probe{1000};
  std::chrono::milliseconds longest_pause{1000};
};

class EdgeUpstream : public Upstream {
 public:
  EdgeUpstream(suite::asio::io_context& core, EdgeUpstreamOptions options, BatchSink& sink, Health& health,
               Metrics& metrics, Ancestry& ancestry);
  ~EdgeUpstream();

  suite::asio::awaitable<void> run() override;
  void nudge() override;
  suite::asio::awaitable<void> leave() override;

  // The one that is followed now, as a place in the options' addresses; nothing where none is.
  std::optional<std::size_t> followed() const { return proved_ ? std::optional(place_) : std::nullopt; }

 private:
  struct Link;  // a connection and what is to be written to it

  suite::asio::awaitable<void> follow(const suite::HttpAddress& address);
  suite::asio::awaitable<std::shared_ptr<Link>> connect(const suite::HttpAddress& address);
  suite::asio::awaitable<void> hear(std::shared_ptr<Link> link);
  suite::asio::awaitable<void> watch(std::shared_ptr<Link> link);
  std::string target() const;

  void take(const replication::Record& record);
  void take_part(std::string_view payload);
  void deliver(replication::VersionEnd&& end);
  void take_mark(replication::Mark&& mark);
  void take_troubles(const replication::Mark& mark);
  void show_progress(bool done);
  Batch shown() const;
  bool others() const { return options_.addresses.size() > 1; }

  suite::asio::io_context& core_;
  EdgeUpstreamOptions options_;
  BatchSink& sink_;
  Health& health_;
  Metrics& metrics_;
  Ancestry& ancestry_;
  suite::Backoff backoff_;
  bool stopping_ = false;

  // What was handed over last; it outlives connections.
  Declarations declarations_;
  std::optional<Version> version_;
  std::optional<Snapshot> snapshot_;
  std::string marker_;
  Health::Time fresh_as_of_{};

  // Of the connection.
  std::shared_ptr<Link> link_;
  std::size_t place_ = 0;  // among the addresses
  std::string upstream_;   // as it calls itself
  bool proved_ = false;    // it answered a probe, and has seen what is shown here
  bool nudged_ = false;
  suite::Clock::time_point heard_;
  std::optional<suite::Clock::time_point> waiting_since_;

  // Of the version that is being received.
  std::vector<ResourceBatch> parts_;
  bool whole_ = false;
  std::uint64_t received_ = 0, expected_ = 0, logged_ = 0;
};

}  // namespace edge
