#include "tests/faults/cluster_test.hpp"

#include <iostream>

namespace suite::test {

void ClusterTest::TearDown() {
  witnesses_.clear();
  writers_.clear();
  if (HasFailure()) std::cerr << cluster_.said();
}

void ClusterTest::stand_up() {
  add_leader("leader");
  cluster_.follow("one", {"leader"});
  cluster_.follow("two", {"leader"});
  cluster_.follow("below", {"one", "two"});
}

void ClusterTest::stand_up_two_leaders() {
  add_leader("first");
  add_leader("second");
  cluster_.follow("one", {"first", "second"});
  cluster_.follow("two", {"second", "first"});
  cluster_.follow("below", {"one", "two"});
}

Witness& ClusterTest::watch(const std::string& name, const Names& nodes, bool roams, std::size_t limit) {
  auto& made = witnesses_[name];
  made =
      std::make_unique<Witness>(ledger_, WitnessOptions{name, cluster_.streaming_ports(nodes), seed_++, roams, limit});
  EXPECT_TRUE(made->shows(0)) << name;
  return *made;
}

void ClusterTest::watch_all(const Names& nodes) {
  for (const auto& node : nodes) watch("at " + node, {node});
  watch("wanderer", nodes);
  watch("rover", nodes, true);
  watch("rover over few", nodes, true, 10);
}

void ClusterTest::write_all_the_time(int writers, std::chrono::milliseconds pause) {
  for (int i = 0; i < writers; ++i) writers_.push_back(ledger_.writer(seed_++, pause));
}

bool ClusterTest::writers_go_on(int more) {
  for (const auto& writer : writers_) {
    if (!writer->goes_on(more)) return false;
  }
  return true;
}

void ClusterTest::stop_writers() {
  for (const auto& writer : writers_) {
    writer->stop();
    const auto refused = writer->refused();
    EXPECT_TRUE(refused.empty()) << refused.front();
  }
  writers_.clear();
}

::testing::AssertionResult ClusterTest::all_see(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  const Generation newest = ledger_.newest();
  for (const auto& [name, witness] : witnesses_) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (witness->shows(newest, std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left),
                                        std::chrono::milliseconds(0)))) {
      continue;
    }
    if (auto fault = witness->true_so_far(); !fault) return fault;
    return ::testing::AssertionFailure() << name << " is at " << witness->shown() << " of " << newest << ", by "
                                         << witness->arrivals() << " streams, last told: " << witness->last_heartbeat();
  }
  return ::testing::AssertionSuccess();
}

::testing::AssertionResult ClusterTest::all_true() {
  for (const auto& [name, witness] : witnesses_) {
    if (auto fault = witness->true_so_far(); !fault) return fault;
  }
  return ::testing::AssertionSuccess();
}

void ClusterTest::expect_exact() {
  stop_writers();
  for (const auto& name : cluster_.names()) {
    EXPECT_TRUE(eventually([&] { return cluster_.well(name); })) << name << " " << cluster_[name].readyz();
  }
  EXPECT_TRUE(all_see());
  EXPECT_TRUE(all_true());
  const auto shown = database_.view("balances");
  const auto noted = ledger_.noted(ledger_.newest());
  ASSERT_EQ(noted->size(), shown.size());
  for (const auto& [key, text] : *noted) EXPECT_EQ(nlohmann::json::parse(text), shown.at(std::to_string(key)));
  std::string body = "[";
  for (const auto& [key, text] : *noted) body += (body.size() > 1 ? "," : "") + text;
  for (const auto& name : cluster_.names()) {
    EXPECT_TRUE(eventually([&] { return cluster_[name].get("/v1/resources/balances").body == body + "]"; }))
        << name << " " << cluster_[name].get("/v1/resources/balances").body << "\nand not " << body;
  }
  int arrivals = 0, inits = 0, updates = 0;
  for (const auto& [name, witness] : witnesses_) {
    arrivals += witness->arrivals();
    inits += witness->inits();
    updates += witness->updates();
  }
  note("generations", ledger_.newest(), "committed");
  note("frames", updates, "updates judged");
  note("arrivals", arrivals, "streams opened");
  note("inits", inits, "begun anew");
}

}  // namespace suite::test
