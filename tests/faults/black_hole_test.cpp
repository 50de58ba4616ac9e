// The network between edge and server is gone, and nobody is told: no FIN, no RST, bytes are taken and lost, or not
// taken any more. The edge finds out by itself, says so, and is not taken in before the bell is heard again.
#include "tests/faults/bank_test.hpp"
#include "tests/support/gate.hpp"

namespace suite::test {
namespace {

class BlackHole : public BankTest {
 protected:
  BlackHole() : gate_(TestCluster::instance().tcp_port()) {}

  void follow_through_the_gate(int probe_ms = 1000) {
    follow({{"EDGE_PROBE_MS", std::to_string(probe_ms)},
            {"EDGE_UPSTREAM",
             "postgresql://blog_edge@127.0.0.1:" + std::to_string(gate_.port()) + "/" + database().name()}});
  }

  bool says(bool connected, bool stale) {
    const auto ready = edge().readyz();
    return ready["upstream_connected"] == connected && ready["stale"] == stale;
  }

  // `fall` is what becomes of the network.
  void vanish(const std::function<void()>& fall) {
    follow_through_the_gate();
    const auto writer = transfers();
    for (int turn = 0, turns = scaled(1, 20); turn < turns; ++turn) {
      ASSERT_TRUE(writer->goes_on());
      EXPECT_TRUE(eventually([&] { return says(true, false); }));
      const auto connected = edge().process().count("upstream_connected");
      const auto heartbeats = balances().frames("heartbeat");
      fall();
      ASSERT_TRUE(eventually([&] { return says(false, true); }, std::chrono::seconds(5))) << edge().readyz();
      EXPECT_GT(std::stoi(edge().get("/v1/resources/balances").field("edge-staleness-ms")), 0);
      EXPECT_TRUE(eventually([&] { return balances().frames("heartbeat") > heartbeats; })) << "streams are told";

      // Connections are still accepted, by the gate: that proves nothing.
      const auto tried = edge().process().count("upstream_lost");
      ASSERT_TRUE(edge().process().logs("upstream_lost", tried + 1));
      EXPECT_EQ(edge().process().count("upstream_connected"), connected);
      EXPECT_TRUE(says(false, true)) << edge().readyz();

      gate_.restore();
      ASSERT_TRUE(eventually([&] { return says(true, false); })) << edge().readyz();
      EXPECT_EQ(edge().process().count("upstream_connected"), connected + 1);
    }
    EXPECT_TRUE(stopped_unrefused(*writer));
    expect_exact();
  }

  Gate gate_;
};

TEST_F(BlackHole, WhatIsSentIsLost) {
  vanish([&] { gate_.swallow(); });
}

TEST_F(BlackHole, NothingIsTakenAnyMore) {
  vanish([&] { gate_.stall(); });
}

// A pause shorter than two probes is none: the same connections go on.
TEST_F(BlackHole, AShortPauseIsNoLoss) {
  follow_through_the_gate(3000);
  const auto writer = transfers();
  ASSERT_TRUE(writer->goes_on());
  gate_.stall();
  ASSERT_TRUE(writer->goes_on());
  gate_.restore();
  ASSERT_TRUE(writer->goes_on());
  writer->stop();
  expect_exact();
  EXPECT_EQ(edge().process().count("upstream_lost"), 0U);
}

}  // namespace
}  // namespace suite::test
