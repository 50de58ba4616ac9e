// A great deal changed at once: by one statement (50,000 rows; 1,000,000 with EDGE_TEST_FULL=1) and by one transaction
// of single statements (5,000; 100,000).
//
// It becomes one version. Meanwhile nobody who writes is held up, and how late the other resources are is noted.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "tests/faults/bank_test.hpp"

namespace suite::test {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Bulk : public BankTest {
 protected:
  Bulk() {
    database().sql(
        "CREATE TABLE items (id int PRIMARY KEY, round int NOT NULL);"
        "CREATE VIEW rounds AS SELECT id, round FROM items");
    database().sql("INSERT INTO items SELECT n, 0 FROM generate_series(1, " + std::to_string(kRows) + ") n");
    database().sql("SELECT edge.publish('rounds', source => 'rounds', key => 'id', sort => 'id')");
  }

  // Of the edge's memory, in kB.
  long memory(const std::string& name) {
    std::ifstream status("/proc/" + std::to_string(edge().process().pid()) + "/status");
    for (std::string word; status >> word;) {
      long kilobytes = 0;
      if (word == name && status >> kilobytes) return kilobytes;
    }
    return 0;
  }
  // From now on VmHWM is the highest since now.
  void forget_peak() { std::ofstream("/proc/" + std::to_string(edge().process().pid()) + "/clear_refs") << "5"; }

  static bool is_round(const SseClient::Entries& items, int round, std::size_t touched) {
    std::size_t in_round = 0;
    for (const auto& [key, item] : items) in_round += item.at("round") == round;
    return in_round == touched && items.size() == static_cast<std::size_t>(kRows);
  }

  // Runs `change`, which sets `touched` items to the next round, while others write; all of it in one update.
  void change_at_once(const std::function<void(int round)>& change, std::size_t touched) {
    follow({{"EDGE_MAX_WAIT_MS", "60000"}});
    auto items = edge().stream("/v1/resources/rounds");
    ASSERT_EQ(items->next_change(std::chrono::minutes(2)).event, "init");
    for (int round = 1; round <= 2; ++round) {
      const auto writer = transfers();
      ASSERT_TRUE(writer->goes_on());
      const long before = memory("VmRSS:");
      forget_peak();
      std::atomic<bool> done{false};
      std::thread delays([&] { watch_delays(done, "round_" + std::to_string(round)); });
      const int written = writer->written();
      change(round);
      EXPECT_GT(writer->written(), written) << "others could not write";
      const auto frame = items->next_change(std::chrono::minutes(5));
      done = true;
      delays.join();
      EXPECT_EQ(frame.keys().size(), touched) << "it came in several versions";
      EXPECT_TRUE(is_round(items->fold(), round, touched));
      EXPECT_TRUE(stopped_unrefused(*writer));
      // Read, held and told: a few copies of what changed.
      const long rows_kb = static_cast<long>(frame.data.size()) / 1024;
      note("memory_beyond_rest_kb", memory("VmHWM:") - before, "kB for " + std::to_string(rows_kb) + " kB of rows");
      EXPECT_LT(memory("VmHWM:") - before, 64 * 1024 + 20 * rows_kb);
    }
    expect_exact();
  }

  // Notes how long a change of another resource takes to be shown, at most.
  void watch_delays(const std::atomic<bool>& done, const std::string& name) {
    milliseconds longest_write{0}, longest{0};
    for (int amount = 1; !done; ++amount) {
      const auto began = steady_clock::now();
      const auto token = write(transfer(1 + amount % 2, 2 - amount % 2, amount));
      longest_write = std::max(longest_write, duration_cast<milliseconds>(steady_clock::now() - began));
      EXPECT_EQ(edge().get("/v1/resources/balances/1?after=" + token).status, 200U);
      longest = std::max(longest, duration_cast<milliseconds>(steady_clock::now() - began));
    }
    note("longest_write_beside_" + name, longest_write.count(), "ms");
    note("longest_delay_beside_" + name, longest.count(), "ms");
  }

  static const int kRows;
};

const int Bulk::kRows = scaled(50000, 1000000);

TEST_F(Bulk, OneStatementIsOneVersion) {
  change_at_once([&](int round) { database().sql("UPDATE items SET round = " + std::to_string(round)); },
                 static_cast<std::size_t>(kRows));
}

TEST_F(Bulk, OneTransactionOfManyStatementsIsOneVersion) {
  const int statements = scaled(5000, 100000);
  const auto change = [&](int round) {
    Sql user(database().url("blog_owner"));
    user("BEGIN");
    for (int first = 1; first <= statements; first += 100) {
      std::string message;
      for (int id = first; id < first + 100; ++id) {
        message += "UPDATE items SET round = " + std::to_string(round) + " WHERE id = " + std::to_string(id) + ";";
      }
      user(message);
    }
    user("COMMIT");
  };
  change_at_once(change, static_cast<std::size_t>(statements));
}

}  // namespace
}  // namespace suite::test
