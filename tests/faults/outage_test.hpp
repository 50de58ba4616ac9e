// What followers owe their clients while what is above them is away, however it went.
#pragma once

#include <functional>

#include "tests/faults/cluster_test.hpp"

namespace suite::test {

class OutageTest : public ClusterTest {
 protected:
  // For each duration: `fall`, and these nodes say so within two probes and go on serving, until `heal` brings them
  // back within 3 s, on the same streams. There must be a witness "at <node>" for each.
  void endure(const Names& concerned, const std::function<void()>& fall, const std::function<void()>& heal,
              std::vector<int> seconds = durations());

  static std::vector<int> durations() { return full_scale() ? std::vector{5, 60, 600} : std::vector{5}; }

 private:
  bool says_stale(const std::string& name);
  void expect_told_everywhere(const std::string& name);
};

}  // namespace suite::test
