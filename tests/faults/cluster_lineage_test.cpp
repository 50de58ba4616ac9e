// Another run of a leader counts anew. Clients get one exact difference of it, wherever they come back to.
#include <csignal>

#include "tests/faults/cluster_test.hpp"
#include "tests/support/gate.hpp"

namespace suite::test {
namespace {

constexpr const char* kTarget = "/v1/resources/balances";

class ClusterLineage : public ClusterTest {
 protected:
  // A stream that has been shown what is committed now.
  std::unique_ptr<SseClient> reader_at(const std::string& name) {
    auto reader = cluster()[name].stream(kTarget);
    EXPECT_EQ(reader->next().event, "init");
    EXPECT_TRUE(eventually([&] { return generation_of(*reader) == ledger().newest(); }));
    return reader;
  }
  static Generation generation_of(SseClient& reader) {
    const auto held = reader.fold();
    const auto counter = held.find("0");
    return counter == held.end() ? Ledger::kNone : counter->second.at("balance").get<Generation>();
  }
  bool all_at(Generation generation, const Names& names) {
    return eventually([&] {
      for (const auto& name : names) {
        const auto answer = cluster()[name].get("/v1/resources/balances/0");
        if (answer.status != 200 || answer.json().at("balance") != generation) return false;
      }
      return true;
    });
  }
};

TEST_F(ClusterLineage, ARestartIsOneDifferenceOrNone) {
  stand_up();
  std::vector<std::unique_ptr<SseClient>> readers;
  for (const auto* name : {"one", "two", "below"}) readers.push_back(reader_at(name));

  const auto connected = cluster()["below"].process().count("upstream_connected");
  cluster()["leader"].restart();
  for (const auto* name : {"one", "two"}) ASSERT_TRUE(cluster()[name].process().logs("upstream_connected", 2));
  EXPECT_EQ(cluster()["below"].process().count("upstream_connected"), connected) << "what it follows is still there";
  for (const auto& reader : readers) EXPECT_EQ(reader->frames("update"), 0U) << "nothing had changed";

  cluster()["leader"].end(SIGKILL);
  for (int i = 0; i < 5; ++i) ledger().write();
  const Generation missed = ledger().write();
  cluster()["leader"].launch();
  for (const auto& reader : readers) {
    const auto frame = reader->next_change();
    EXPECT_EQ(frame.event, "update");
    EXPECT_EQ(frame.keys(), std::vector<std::string>{"0"}) << "only what differs";
    EXPECT_EQ(generation_of(*reader), missed) << "all that was missed, at once";
  }
  ledger().write();
  for (const auto& reader : readers) {
    EXPECT_EQ(reader->next_change().keys(), std::vector<std::string>{"0"});
    EXPECT_EQ(reader->frames("init"), 1U);
    EXPECT_EQ(reader->frames("update"), 2U) << "neither a repeat nor a step between";
  }
}

TEST_F(ClusterLineage, AClientThatComesBackElsewhereGetsExactlyWhatItMissed) {
  stand_up();
  auto reader = reader_at("one");
  ledger().write();
  ASSERT_EQ(reader->next_change().event, "update");
  const auto id = reader->last_id();
  cluster()["one"].end(SIGKILL);
  ASSERT_TRUE(reader->ended());
  Generation missed = ledger().write();
  ASSERT_TRUE(all_at(missed, {"two", "below"}));
  for (const auto* name : {"two", "below"}) {
    auto back = cluster()[name].stream(kTarget, {{"Last-Event-ID", id}});
    const auto frame = back->next();
    EXPECT_EQ(frame.event, "update") << name;
    EXPECT_EQ(frame.keys(), std::vector<std::string>{"0"});
    EXPECT_EQ(generation_of(*back), missed);
  }
  // A leader's restart between is no reason to begin anew.
  cluster()["leader"].restart();
  missed = ledger().write();
  ASSERT_TRUE(all_at(missed, {"two", "below"}));
  for (const auto* name : {"two", "below"}) {
    auto back = cluster()[name].stream(kTarget, {{"Last-Event-ID", id}});
    EXPECT_EQ(back->next().event, "update") << name;
    EXPECT_EQ(generation_of(*back), missed);
  }
}

// The node that it comes back to has not yet seen what it has: it may not be shown less.
TEST_F(ClusterLineage, AClientAheadOfTheNodeItComesBackToNeverGoesBack) {
  add_leader("leader");
  Gate gate(cluster()["leader"].control().port());
  cluster().follow("one", {"leader"});
  cluster().add("late", "http://127.0.0.1:" + std::to_string(gate.port()));
  auto reader = reader_at("one");
  gate.stall();
  const Generation seen = ledger().write();
  ASSERT_EQ(reader->next_change().event, "update");
  ASSERT_EQ(generation_of(*reader), seen);

  auto back = cluster()["late"].stream(kTarget, {{"Last-Event-ID", reader->last_id()}});
  const auto early = back->next(std::chrono::seconds(1));
  EXPECT_NE(early.event, "init") << "a state that is older than what the client has: " << early.data;
  EXPECT_NE(early.event, "update");
  gate.restore();
  ledger().write();
  ASSERT_TRUE(all_at(ledger().newest(), {"late"}));
  const auto frame = back->next_change();
  EXPECT_EQ(frame.event, "update") << "exactly what it missed";
  EXPECT_EQ(generation_of(*back), ledger().newest());
}

// The same with a leader that is new to the node: what it does not know it may not take for old.
TEST_F(ClusterLineage, AnIdOfALeaderThatTheNodeHasNotMetIsNotTakenForOld) {
  add_leader("first");
  add_leader("second");
  Gate gate(cluster()["second"].control().port());
  cluster().follow("one", {"first"});
  cluster().add("late", "http://127.0.0.1:" + std::to_string(gate.port()));
  auto reader = reader_at("one");
  gate.stall();
  const Generation seen = ledger().write();
  ASSERT_EQ(reader->next_change().event, "update");
  auto back = cluster()["late"].stream(kTarget, {{"Last-Event-ID", reader->last_id()}});
  const auto early = back->next_change(std::chrono::seconds(3));
  EXPECT_EQ(early.event, "") << "a state that is older than what the client has: " << early.data;
  EXPECT_GT(back->frames("heartbeat"), 0U) << "the node is stale by now, and says so";
  EXPECT_EQ(back->last_id(), reader->last_id()) << "its place does not go back either";
  gate.restore();
  const auto frame = back->next_change();
  EXPECT_EQ(frame.event, "init");
  EXPECT_GE(generation_of(*back), seen);
}

// A follower that was cut off for ten minutes had 100 000 versions of 41 entries to go through, which took it 3 s.
TEST_F(ClusterLineage, FarBehindIsOneStep) {
  add_leader("leader");
  Gate gate(cluster()["leader"].control().port());
  cluster().add("late", "http://127.0.0.1:" + std::to_string(gate.port()));
  const auto& reader = watch("at late", {"late"});
  ASSERT_TRUE(reader.shows(ledger().write()));
  gate.swallow();
  ASSERT_TRUE(eventually([&] { return cluster()["late"].readyz()["stale"] == true; }));
  const int before = reader.updates();
  const auto versions = [&] { return cluster().metric("leader", "edge_versions_total"); };
  const auto enough = versions() + 1500;
  write_all_the_time(3, std::chrono::milliseconds(0));
  ASSERT_TRUE(eventually([&] { return versions() > enough; }, std::chrono::minutes(1)));
  stop_writers();
  gate.restore();
  EXPECT_TRUE(all_see(kHealed + kGrace));
  EXPECT_EQ(reader.updates(), before + 1);
  EXPECT_EQ(reader.inits(), 1) << "the stream went on";
  EXPECT_EQ(cluster()["leader"].process().count("follower_loaded"), 2U);
  expect_exact();
}

}  // namespace
}  // namespace suite::test
