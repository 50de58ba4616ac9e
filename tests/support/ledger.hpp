// Accounts that several writers change at random, and the book of every state that they ever had.
//
// Every transaction counts the generation up first, which is account 0's balance: writers wait for each other there,
// so generations are in the order of the commits. Its last act is to note all that `balances` shows then. Whoever is
// shown a generation can therefore be judged byte for byte, and whoever is shown two knows which was first.
//
// Owner     The test; its tables are in the test's database, published as `balances`.
// Threads   The test's; Book may be used from any.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "tests/support/test_database.hpp"
#include "tests/support/writer.hpp"

namespace suite::test {

using Generation = long long;

// A resource's entries as text: key → value, byte for byte.
using Texts = std::map<long long, std::string>;

class Ledger {
 public:
  static constexpr int kAccounts = 40;

  explicit Ledger(const TestDatabase& database);

  // A writer of random transactions: transfers, renamed branches, accounts that come and go, savepoints and whole
  // transactions rolled back, writes that change nothing.
  std::unique_ptr<Writer> writer(unsigned seed, std::chrono::milliseconds pause = std::chrono::milliseconds(5));
  // One transaction of the test's own; the generation that it made.
  Generation write();

  // What was noted for a generation; nothing where no such one was committed.
  std::optional<Texts> noted(Generation generation);
  Generation newest();

  static constexpr Generation kNone = -1;
  static Generation generation_of(const Texts& entries);

 private:
  std::vector<Sql::Row> read(const std::string& query);

  TestDatabase database_;
  std::mutex mutex_;
  std::unique_ptr<Sql> reader_;  // made anew where the server was restarted
  Generation read_ = kNone;
  std::map<Generation, Texts> book_;
};

}  // namespace suite::test
