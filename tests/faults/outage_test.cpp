#include "tests/faults/outage_test.hpp"

namespace suite::test {

using Clock = std::chrono::steady_clock;

bool OutageTest::says_stale(const std::string& name) {
  const auto reply = cluster()[name].get("/readyz");
  return reply.status == 200 && reply.json()["stale"] == true;
}

// In the answers, the metrics and the streams alike.
void OutageTest::expect_told_everywhere(const std::string& name) {
  SCOPED_TRACE(name);
  const auto reply = cluster()[name].get("/v1/resources/balances");
  EXPECT_EQ(reply.status, 200U) << "it goes on serving";
  EXPECT_GT(std::stoll(reply.field("edge-staleness-ms")), 0);
  EXPECT_GT(cluster()[name].readyz()["staleness_ms"], 0);
  EXPECT_EQ(cluster().metric(name, "edge_stale"), 1);
  EXPECT_GT(cluster().metric(name, "edge_staleness_seconds"), 0);
  const auto& reader = witness("at " + name);
  // Whether to tell the streams is looked at once a second.
  EXPECT_TRUE(eventually(
      [&] {
        const auto told = nlohmann::json::parse(reader.last_heartbeat(), nullptr, false);
        return told.is_object() && told["staleness_ms"] > 0;
      },
      kGrace + kGrace))
      << reader.last_heartbeat();
}

void OutageTest::endure(const Names& concerned, const std::function<void()>& fall, const std::function<void()>& heal,
                        std::vector<int> seconds) {
  for (const int duration : seconds) {
    SCOPED_TRACE(std::to_string(duration) + " s");
    ASSERT_TRUE(writers_go_on());
    std::map<std::string, int> arrivals;
    std::map<std::string, double> tries;
    for (const auto& name : concerned) {
      ASSERT_TRUE(eventually([&] { return cluster().well(name); })) << name << cluster()[name].readyz();
      arrivals[name] = witness("at " + name).arrivals();
      tries[name] = cluster().metric(name, "edge_upstream_lost_total");
    }
    fall();
    const auto fallen = Clock::now();
    for (const auto& name : concerned) {
      const auto left = fallen + kTwoProbes + kGrace - Clock::now();
      EXPECT_TRUE(eventually(
          [&] { return says_stale(name); },
          std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left), std::chrono::milliseconds(0))))
          << name << " " << cluster()[name].readyz();
    }
    for (const auto& name : concerned) expect_told_everywhere(name);
    // The duration is the fault itself; meanwhile nobody may take it for healed.
    while (Clock::now() < fallen + std::chrono::seconds(duration)) {
      for (const auto& name : concerned) {
        EXPECT_EQ(cluster()[name].get("/v1/resources/balances").status, 200U);
        EXPECT_TRUE(says_stale(name)) << name << " " << cluster()[name].readyz();
      }
      if (HasFailure()) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    for (const auto& name : concerned) {
      const double tried = cluster().metric(name, "edge_upstream_lost_total") - tries[name];
      EXPECT_LT(tried, 10 + 4 * duration) << name << " asks without a pause";
      note("tries_" + name, static_cast<long long>(tried), "in vain");
    }
    heal();
    const auto healed = Clock::now();
    const Generation committed = ledger().newest();
    for (const auto& name : concerned) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(healed + kHealed + kGrace - Clock::now());
      EXPECT_TRUE(witness("at " + name).shows(committed, std::max(left, std::chrono::milliseconds(0))))
          << name << " is at " << witness("at " + name).shown() << " of " << committed;
      note("healed_" + name, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - healed).count(),
           "ms");
      EXPECT_TRUE(eventually([&] { return cluster().well(name); }, kHealed)) << name << cluster()[name].readyz();
      EXPECT_EQ(witness("at " + name).arrivals(), arrivals[name]) << "its stream has ended";
      EXPECT_EQ(witness("at " + name).inits(), 1) << "it had to begin anew";
    }
    ASSERT_TRUE(all_true());
  }
}

}  // namespace suite::test
