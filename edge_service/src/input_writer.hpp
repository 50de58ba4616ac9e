// Where a write of an input goes: on a node with a database into its store, on a follower to the node above.
//
// Threads   write() is called on any io thread and completes there.
// Promise   What is written is seen by a read on that io thread once write() has completed with no version, and from
//           the version on that it completes with.
#pragma once

#include <optional>
#include <string>

#include "common/asio.hpp"
#include "edge_service/src/api_error.hpp"
#include "edge_service/src/version.hpp"

namespace edge {

class InputWriter {
 public:
  virtual ~InputWriter() = default;
  // `body`: a patch as the client sent it (InputPatch), taken whole or, with an error, not at all.
  virtual suite::asio::awaitable<Outcome<std::optional<Version>>> write(std::string collection, std::string body) = 0;
};

}  // namespace edge
