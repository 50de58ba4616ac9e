// The last versions in full, for the nodes that follow this one: what a follower that comes back has missed.
//
// Owner     The store; bounded in bytes, the oldest version goes first. A version that is larger than the bound is
//           still sent to those who wait for it, since its release holds it.
// Threads   The store's alone; a logged version is immutable and read by any.
#pragma once

#include <deque>

#include "edge_service/src/once.hpp"
#include "edge_service/src/upstream.hpp"

namespace edge {

class LoggedVersion {
 public:
  LoggedVersion(Sequence sequence, const Version& named) : at(sequence), version(named) {}

  Sequence at;
  Version version;
  std::shared_ptr<const Snapshot> snapshot;
  std::string marker;
  std::vector<ResourceBatch> resources;
  std::vector<std::string> unpublished;

  // Memory that only the log may be holding.
  std::size_t bytes() const { return bytes_; }
  void weigh();

  // All of it as records, made once for all followers; empty where it is so large that each makes its own piece by
  // piece.
  const std::string& frame() const;

 private:
  static constexpr std::size_t kSharedBytes = 1024 * 1024;

  std::size_t bytes_ = 0;
  Once<std::string> frame_;
};
using LoggedVersionPtr = std::shared_ptr<const LoggedVersion>;

class ReplicationLog {
 public:
  explicit ReplicationLog(std::size_t bytes) : limit_(bytes) {}

  void append(LoggedVersionPtr version);

  // The versions after `since`, oldest first, and no more than about a follower takes at once; nothing where the log
  // does not reach back so far.
  std::optional<std::vector<LoggedVersionPtr>> since(Sequence since) const;

  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kMany = 256;

  std::size_t limit_;
  std::size_t bytes_ = 0;
  Sequence newest_ = 0;
  std::deque<LoggedVersionPtr> versions_;  // consecutive
};

}  // namespace edge
