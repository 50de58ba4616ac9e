// What both ports answer about the node itself: alive? ready?
#pragma once

#include "common/http_session.hpp"
#include "edge_service/src/ancestry.hpp"
#include "edge_service/src/followers.hpp"
#include "edge_service/src/health.hpp"
#include "edge_service/src/shelf.hpp"

namespace edge {

struct NodeInfo {
  std::string name;
  std::string role;  // "leader" or "follower"
  std::optional<std::chrono::seconds> max_staleness;
  Ancestry ancestry{};
  Followers followers{};
};

class NodeRoutes {
 public:
  NodeRoutes(const NodeInfo& node, const Shelf& shelf) : node_(node), shelf_(shelf) {}

  // The answer where `path` is one of ours.
  std::optional<suite::Reply> answer(std::string_view path) const;
  nlohmann::json state() const;

 private:
  suite::Reply ready() const;

  const NodeInfo& node_;
  const Shelf& shelf_;
};

// Shows a version to people and logs.
std::string version_text(const Version& version);

}  // namespace edge
