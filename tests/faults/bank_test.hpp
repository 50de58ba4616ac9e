// Accounts whose balances always add up, written all the time: whoever shows a state that never was shows another sum.
//
// `balances` is published over two tables: an account, and the name of its branch, which fans out to its accounts.
#pragma once

#include <memory>

#include "tests/support/chronicle.hpp"
#include "tests/support/edge_test.hpp"
#include "tests/support/scale.hpp"
#include "tests/support/writer.hpp"

namespace suite::test {

class BankTest : public EdgeTest {
 protected:
  static constexpr int kAccounts = 40;
  static constexpr int kDeposit = 1000;
  static constexpr int kReserved = 4;  // accounts 1 to 4, which `transfers` leaves to the test

  BankTest();

  // Starts the edge, and the reader of all balances that the test ends with.
  void follow(const EdgeProcess::Settings& settings = {});
  SseClient& balances() { return *balances_; }
  // A reader of all of a resource, whose `init` has come and was not taken.
  std::unique_ptr<SseClient> whole(const std::string& resource);

  // Transfers, renamed branches, savepoints that are rolled back, accounts made anew.
  std::unique_ptr<Writer> transfers(std::chrono::milliseconds pause = std::chrono::milliseconds(2));
  static std::string transfer(int from, int to, int amount);
  // Stops a writer, to which the server has refused nothing.
  static ::testing::AssertionResult stopped_unrefused(Writer& writer);

  // The edge connected and fresh, the reader with what the view shows, and all it was ever shown true.
  void expect_exact();

  // Runs the leases out, as time does for who is silent. Only while no edge renews them.
  void lapse_leases();
  // The end of a query over pg_stat_activity: the edge's backends, `kind` = listen, pull or % for all.
  std::string edge_backends(const std::string& kind);

  static std::string adds_up(const SseClient::Entries& balances);  // a Judge

 private:
  std::unique_ptr<SseClient> balances_;
};

}  // namespace suite::test
