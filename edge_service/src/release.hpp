// What the store hands to every io thread at each version: one immutable object, shared by all.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "edge_service/src/replication_log.hpp"
#include "edge_service/src/snapshot.hpp"
#include "edge_service/src/window.hpp"

namespace edge {

struct Release {
  Sequence sequence = 0;
  Version version;
  std::shared_ptr<const Snapshot> applied;
  std::string marker;                                 // of the journal that the snapshot belongs to
  std::chrono::system_clock::time_point fresh_as_of;  // no commit before is missing
  LoggedVersionPtr logged;                            // null: the version is the one before
  std::shared_ptr<const Declarations> declarations;
  std::vector<std::pair<WindowId, WindowVersionPtr>> changed;  // open windows that this version changed
  std::vector<WindowId> ended;                                 // open windows whose resource is gone, or is another now
};
using ReleasePtr = std::shared_ptr<const Release>;

}  // namespace edge
