#include "tests/support/edge_cluster.hpp"

#include <boost/system/system_error.hpp>
#include <sstream>
#include <utility>

namespace suite::test {

EdgeProcess& EdgeCluster::add(const std::string& name, const std::string& upstream,
                              const EdgeProcess::Settings& settings) {
  EdgeProcess::Settings all{{"EDGE_NODE", name}, {"EDGE_LOG_LEVEL", "info"}};
  for (const EdgeProcess::Settings* given : {&std::as_const(settings_), &settings}) {
    for (const auto& [key, value] : *given) all[key] = value;
  }
  auto& node = nodes_[name];
  node = std::make_unique<EdgeProcess>(upstream, all);
  return *node;
}

EdgeProcess& EdgeCluster::follow(const std::string& name, const Names& upstreams,
                                 const EdgeProcess::Settings& settings) {
  std::string urls;
  for (const auto& upstream : upstreams) urls += (urls.empty() ? "" : ",") + nodes_.at(upstream)->control_url();
  return add(name, urls, settings);
}

EdgeCluster::Names EdgeCluster::names() const {
  Names names;
  for (const auto& [name, node] : nodes_) names.push_back(name);
  return names;
}

std::vector<std::uint16_t> EdgeCluster::streaming_ports(const Names& names) const {
  std::vector<std::uint16_t> ports;
  for (const auto& name : names) ports.push_back(nodes_.at(name)->streaming_port());
  return ports;
}

double EdgeCluster::metric(const std::string& name, const std::string& figure) const {
  std::istringstream lines(nodes_.at(name)->control().get("/metrics").body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(figure + " ")) return std::stod(line.substr(figure.size() + 1));
  }
  throw std::runtime_error("no figure " + figure);
}

bool EdgeCluster::well(const std::string& name) const {
  try {
    const auto state = nodes_.at(name)->readyz();
    return state["ready"] == true && state["upstream_connected"] == true && state["stale"] == false;
  } catch (const boost::system::system_error&) {
    return false;
  }
}

std::string EdgeCluster::said() const {
  std::string all;
  for (const auto& [name, node] : nodes_) all += "--- " + name + " said:\n" + node->process().output();
  return all;
}

}  // namespace suite::test
