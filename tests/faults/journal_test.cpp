// The journal at its bounds: past its horizon, and on a full disk.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/faults/bank_test.hpp"
#include "tests/support/process.hpp"

namespace suite::test {
namespace {

class Journal : public BankTest {
 protected:
  static constexpr int kItems = 20000;

  Journal() {
    database().sql(
        "CREATE TABLE items (id int PRIMARY KEY, round int NOT NULL);"
        "CREATE VIEW rounds AS SELECT id, round FROM items;"
        "INSERT INTO items SELECT n, 0 FROM generate_series(1, " +
        std::to_string(kItems) +
        ") n;"
        "SELECT edge.publish('rounds', source => 'rounds', key => 'id', sort => 'id')");
  }

  void next_round() { database().sql("UPDATE items SET round = round + 1"); }
  // What an edge that is up to date does every second: it prunes, too.
  void another_edge_acknowledges() {
    database().admin("SELECT edge.acknowledge('another', pg_current_snapshot(), 30)");
  }
  long journal_mb() { return std::stol(database().admin("SELECT pg_relation_size('edge.journal') >> 20")); }
  bool edge_is_behind_the_cut() {
    return database().admin(
               "SELECT bool_and(horizon > pg_snapshot_xmax(applied)) FROM edge.state, edge.consumer"
               " WHERE name <> 'another'") == "t";
  }

  static std::string one_round(const SseClient::Entries& items) {
    for (const auto& [key, item] : items) {
      if (item.at("round") != items.begin()->second.at("round")) return "item " + key + " is of another round";
    }
    return items.size() == kItems ? std::string() : std::to_string(items.size()) + " items";
  }

  // The edge stands still, its lease alive, until the journal was cut without it; then it must read everything anew.
  void fall_behind(const std::function<void()>& until_cut) {
    follow();
    const auto rounds = whole("rounds");
    const auto writer = transfers();
    ASSERT_TRUE(writer->goes_on());
    edge().process().signal(SIGSTOP);
    until_cut();
    EXPECT_TRUE(edge_is_behind_the_cut()) << "the journal was not cut: nothing is tested here";
    edge().process().signal(SIGCONT);
    ASSERT_TRUE(writer->goes_on());
    writer->stop();
    EXPECT_TRUE(shows(*rounds, "rounds"));
    EXPECT_TRUE(told_truly(*rounds, one_round));
    expect_exact();
  }
};

TEST_F(Journal, CutForItsSize) {
  database().sql("SELECT edge.configure(journal_max_mb => 1)");
  fall_behind([&] {
    for (int round = 0; round < 20; ++round) {  // a MB each, all within one lease
      next_round();
      another_edge_acknowledges();
      database().admin("VACUUM edge.journal");  // by autovacuum otherwise, where it does not come so fast
    }
    EXPECT_LE(journal_mb(), 4) << "one was the bound, beside what came between two looks";
  });
}

TEST_F(Journal, CutForItsAge) {
  fall_behind([&] {
    // Two samples of the age, and an hour between them, which does not pass here.
    for (int sample = 0; sample < 2; ++sample) {
      next_round();
      database().admin("UPDATE edge.state SET sampled = sampled - interval '1 hour'");
      another_edge_acknowledges();
    }
    next_round();
  });
}

// A file system of its own, small, and gone with the test's processes however they end.
class SmallDisk {
 public:
  static constexpr const char* kSize = "size=16m";

  // What keeps it from being made; empty when it was.
  std::string mount_at(const std::string& folder) {
    folder_ = folder;
    std::filesystem::create_directory(folder_);
    if (unshare(CLONE_NEWNS) != 0) return "unshare: " + std::string(std::strerror(errno));
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      return "mount / private: " + std::string(std::strerror(errno));
    if (mount("tmpfs", folder_.c_str(), "tmpfs", 0, kSize) != 0) return "mount: " + std::string(std::strerror(errno));
    run({"chown", "postgres", folder_});
    return {};
  }
  ~SmallDisk() {
    umount2(folder_.c_str(), MNT_DETACH);
    std::error_code ignored;
    std::filesystem::remove(folder_, ignored);
  }

  void fill() {
    std::ofstream file(folder_ + "/filler", std::ios::binary);
    const std::vector<char> block(4096, 'x');
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
  }
  void free() { std::filesystem::remove(folder_ + "/filler"); }

 private:
  std::string folder_;
};

// The user's write fails then. That could be avoided only by a subtransaction for every statement of every writer
// (docs/decisions/0013), so it is not; but nothing is lost, nothing half visible, and the error says why.
TEST_F(Journal, OnAFullDisk) {
  SmallDisk disk;
  const auto folder =
      (std::filesystem::temp_directory_path() / ("suite-test-disk-" + std::to_string(getpid()))).string();
  if (const auto obstacle = disk.mount_at(folder); !obstacle.empty()) {
    GTEST_SKIP() << "no file system may be mounted here (" << obstacle << "): a full disk is not tested";
  }
  TestCluster::instance().stop("fast");
  TestCluster::instance().start();  // to see what is mounted
  database().admin("CREATE TABLESPACE small LOCATION '" + folder + "'");
  const auto move = [&](const std::string& space) {
    database().admin("ALTER TABLE edge.journal SET TABLESPACE " + space);
    database().admin("ALTER INDEX edge.journal_by_xid SET TABLESPACE " + space);
  };
  move("small");
  follow();
  const auto rounds = whole("rounds");

  for (int turn = 0; turn < 2; ++turn) {
    next_round();
    EXPECT_TRUE(shows(*rounds, "rounds"));
    disk.fill();
    std::string error;
    for (int tries = 0; error.empty() && tries < 20; ++tries) {  // what was allocated before is used up first
      try {
        next_round();
      } catch (const std::runtime_error& refused) {
        error = refused.what();
      }
    }
    EXPECT_NE(error.find("No space left on device"), std::string::npos) << error;
    EXPECT_NE(error.find("edge.record_"), std::string::npos) << "it does not say whose write it was: " << error;
    EXPECT_TRUE(shows(*rounds, "rounds"));
    EXPECT_EQ(edge().readyz()["upstream_connected"], true);

    disk.free();
    next_round();
    database().sql(transfer(1, 2, 1));
    EXPECT_TRUE(shows(*rounds, "rounds"));
  }
  EXPECT_TRUE(told_truly(*rounds, one_round)) << "a write that failed was half visible";
  expect_exact();
  move("pg_default");
  database().admin("DROP TABLESPACE small");
}

}  // namespace
}  // namespace suite::test
