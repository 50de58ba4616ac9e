// What the store hands to every io thread at each version: one immutable object, shared by all.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "edge_service/src/snapshot.hpp"
#include "edge_service/src/window.hpp"

namespace edge {

struct Release {
  Sequence sequence = 0;
  Version version;
  std::shared_ptr<const Snapshot> applied;
  std::shared_ptr<const Declarations> declarations;
  std::vector<std::pair<WindowId, WindowVersionPtr>> changed;  // open windows that this version changed
  std::vector<WindowId> ended;                                 // open windows whose resource is gone, or is another now
};
using ReleasePtr = std::shared_ptr<const Release>;

}  // namespace edge
