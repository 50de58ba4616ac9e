#include "tests/faults/bank_test.hpp"

#include "tests/support/bank_tables.hpp"

namespace suite::test {

BankTest::BankTest() {
  database().sql(kBankTables);
  database().sql("INSERT INTO accounts SELECT n, 1 + n % 8, " + std::to_string(kDeposit) + " FROM generate_series(1, " +
                 std::to_string(kAccounts) + ") n");
  database().sql("SELECT edge.publish('balances', source => 'balances', key => 'id', sort => 'id')");
}

void BankTest::follow(const EdgeProcess::Settings& settings) {
  EdgeProcess::Settings all{{"EDGE_LOG_LEVEL", "info"}};
  for (const auto& [name, value] : settings) all[name] = value;
  start_edge(all);
  balances_ = whole("balances");
}

std::unique_ptr<SseClient> BankTest::whole(const std::string& resource) {
  auto reader = edge().stream("/v1/resources/" + resource);
  EXPECT_TRUE(eventually([&] { return reader->frames("init") == 1; }, std::chrono::minutes(2))) << reader->head();
  return reader;
}

::testing::AssertionResult BankTest::stopped_unrefused(Writer& writer) {
  writer.stop();
  const auto refused = writer.refused();
  if (refused.empty()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << refused.front();
}

std::string BankTest::transfer(int from, int to, int amount) {
  const auto move = [](int account, int by) {
    return "UPDATE accounts SET balance = balance + " + std::to_string(by) + " WHERE id = " + std::to_string(account) +
           ";";
  };
  // The lower account first, so that two transfers do not wait for each other.
  return from < to ? move(from, -amount) + move(to, amount) : move(to, amount) + move(from, -amount);
}

std::unique_ptr<Writer> BankTest::transfers(std::chrono::milliseconds pause) {
  const auto turn = [](int n) {
    const int free = kAccounts - kReserved;
    const int from = kReserved + 1 + n * 7 % free;
    const int to = kReserved + 1 + (n * 7 + 1 + n % (free - 1)) % free;
    const std::string account = std::to_string(from);
    std::string statements = "BEGIN;" + transfer(from, to, 1 + n % 9);
    if (n % 5 == 0)
      statements += "SAVEPOINT wrong; UPDATE accounts SET balance = 0 WHERE id = " + account + "; ROLLBACK TO wrong;";
    if (n % 8 == 0) {
      statements += "UPDATE branches SET name = 'renamed in turn " + std::to_string(n) +
                    "' WHERE id = " + std::to_string(1 + n / 8 % 8) + ";";
    }
    if (n % 11 == 0) {
      statements += "WITH gone AS (DELETE FROM accounts WHERE id = " + account +
                    " RETURNING *) INSERT INTO accounts SELECT * FROM gone;";
    }
    return statements + "COMMIT";
  };
  return std::make_unique<Writer>(database().url("blog_owner"), turn, pause);
}

void BankTest::expect_exact() {
  EXPECT_TRUE(shows(balances(), "balances"));
  EXPECT_TRUE(eventually([&] {
    const auto ready = edge().readyz();
    return ready["upstream_connected"] == true && ready["stale"] == false;
  })) << edge().readyz();
  EXPECT_TRUE(told_truly(balances(), adds_up));
  EXPECT_TRUE(edge().process().running());
}

void BankTest::lapse_leases() {
  database().admin("UPDATE edge.consumer SET lease = clock_timestamp() - interval '1 s'");
  database().admin(
      "SELECT setval(flag, 1) FROM unnest('{edge.lease,edge.followed,edge.asleep}'::text[]) name, to_regclass(name) "
      "flag"
      " WHERE flag IS NOT NULL");
}

std::string BankTest::edge_backends(const std::string& kind) {
  return "pg_stat_activity WHERE usename = 'blog_edge' AND datname = '" + database().name() +
         "' AND application_name LIKE '% " + kind + "'";
}

std::string BankTest::adds_up(const SseClient::Entries& balances) {
  long long sum = 0;
  for (const auto& [key, account] : balances) sum += account.at("balance").get<long long>();
  if (balances.size() == kAccounts && sum == kAccounts * kDeposit) return {};
  return std::to_string(balances.size()) + " accounts with " + std::to_string(sum);
}

}  // namespace suite::test
