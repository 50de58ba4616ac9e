// The resources that this edge holds: what a pull tells the database of each, and what it was told of them.
//
// Owner     PgPuller.
// Threads   The core's alone.
// Failure   A resource that cannot be read is set aside with its reason and tried again after a while, so that it holds
//           up no other; one whose catalog was changed is read whole from time to time, ten times as seldom as it
//           takes. Both are told in the log and in Health until they have passed.
#pragma once

#include <set>

#include "edge_service/src/health.hpp"
#include "edge_service/src/metrics.hpp"
#include "edge_service/src/pull_report.hpp"

namespace edge {

class HeldResources {
 public:
  using Time = suite::Clock::time_point;
  HeldResources(Health& health, Metrics& metrics) : health_(health), metrics_(metrics) {}

  // The parameter `held` of edge.pull.
  std::string json(Time now) const;
  Declarations declarations() const;
  DeclarationPtr declaration(const std::string& name) const { return resources_.at(name).declaration; }
  bool holds(const std::string& name) const { return resources_.contains(name); }
  // What can be read now, and its views, as LOCK TABLE takes them. Never an input: there is nothing to read.
  std::vector<std::string> readable() const;
  std::string readable_views() const;
  bool all_loaded() const;

  void declared(std::vector<DeclarationPtr>&& declarations);
  void unpublished(const std::string& name);
  // What a survey found, whatever becomes of the rest of its report.
  void surveyed(const PullReport& report, Time now);
  // The version of this report was handed over, `whole` of it read whole in `took`.
  void delivered(const PullReport& report, const std::map<std::string, std::vector<std::string>>& whole, Time now,
                 suite::Clock::duration took);

  // Inputs declared since the last call: known to be there, and empty as far as the database knows.
  std::vector<ResourceBatch> new_inputs();

  void set_aside(const std::string& name, const std::string& reason, Time now);
  void take_back(const std::string& name);
  std::vector<std::string> to_try_again(Time now) const;

 private:
  struct Broken {
    bool gone;  // the database says so, and says when it is no more
    Time retry;
    suite::Clock::duration pause;
  };
  struct Held {
    DeclarationPtr declaration;
    bool loaded = false;  // an input always is
    bool changed = false;
    Time read_again{};                   // while it is changed
    std::optional<std::string> storage;  // from the survey that went with the last whole read, or a later one
    std::optional<Broken> broken;
    std::set<std::string> duplicates;  // keys
    bool new_input = false;
    bool is_input() const { return declaration->input_ttl.has_value(); }
  };
  void set_broken(const std::string& name, const std::string& reason, bool gone, Time now);
  void mended(const std::string& name, Troubles::Kind kind);
  void count_duplicates(const std::string& name, Held& held);

  Health& health_;
  Metrics& metrics_;
  std::map<std::string, Held> resources_;
};

}  // namespace edge
