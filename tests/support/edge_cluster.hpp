// Edges that follow a database, and edges that follow edges.
//
// Owner     The test; all nodes end with it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/edge_process.hpp"

namespace suite::test {

class EdgeCluster {
 public:
  using Names = std::vector<std::string>;

  // `settings` of every node.
  explicit EdgeCluster(EdgeProcess::Settings settings = {}) : settings_(std::move(settings)) {}

  // Starts a node and waits until it is ready; `name` is the test's word for it, and its EDGE_NODE where `settings`
  // does not say otherwise.
  EdgeProcess& add(const std::string& name, const std::string& upstream, const EdgeProcess::Settings& settings = {});
  // One that follows these.
  EdgeProcess& follow(const std::string& name, const Names& upstreams, const EdgeProcess::Settings& settings = {});
  void remove(const std::string& name) { nodes_.erase(name); }

  EdgeProcess& operator[](const std::string& name) { return *nodes_.at(name); }
  Names names() const;
  std::vector<std::uint16_t> streaming_ports(const Names& names) const;
  // A figure of /metrics.
  double metric(const std::string& name, const std::string& figure) const;
  // Connected to its upstream and fresh.
  bool well(const std::string& name) const;
  // All that they have logged.
  std::string said() const;

 private:
  EdgeProcess::Settings settings_;
  std::map<std::string, std::unique_ptr<EdgeProcess>> nodes_;
};

}  // namespace suite::test
