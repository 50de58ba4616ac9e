// Versions: which state of all resources a node shows, and how a client names one.
//
// Version   What all nodes below one leader call it: the leader's lineage (one run of a leader) and a number.
// Sequence  What one node calls it: grows by one with every version that node applies, across lineages.
// VersionId The opaque text a client gets: a version, bound to one window by the window's fingerprint.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge {

using Lineage = std::uint64_t;
using Sequence = std::uint64_t;
using Fingerprint = std::uint64_t;  // of a window: resource, parameters, owner

struct Version {
  Lineage lineage = 0;
  std::uint64_t number = 0;
  bool operator==(const Version&) const = default;
};

Lineage new_lineage();

std::string version_id(const Version& version, Fingerprint window);

// The version that `id` names in the window; nothing where it is malformed or another window's.
std::optional<Version> parse_version_id(std::string_view id, Fingerprint window);

// A node's memory of which versions it has shown, as runs of one lineage.
class VersionLog {
 public:
  // Notes the next version and returns its place.
  Sequence append(const Version& version);

  Sequence newest() const { return newest_; }
  Version current() const;
  std::optional<Sequence> find(const Version& version) const;
  // Whether a version of that leader was shown that is at least as new: then what is shown now is, too.
  bool passed(const Version& version) const;

 private:
  struct Run {
    Lineage lineage;
    std::uint64_t first_number;
    Sequence first;
  };
  // A run's numbers are consecutive; older runs than this are forgotten: their clients get an `init`.
  static constexpr std::size_t kRuns = 64;

  Sequence last_of(std::size_t run) const { return run + 1 < runs_.size() ? runs_[run + 1].first - 1 : newest_; }

  std::vector<Run> runs_;
  Sequence newest_ = 0;
};

}  // namespace edge
