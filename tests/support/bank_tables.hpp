// Accounts in branches, and a view that joins them: what the tests transfer between.
#pragma once

namespace suite::test {

inline constexpr const char* kBankTables = R"(
  CREATE TABLE branches (id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE accounts (id int PRIMARY KEY, branch int NOT NULL REFERENCES branches, balance bigint NOT NULL);
  CREATE INDEX ON accounts (branch);
  INSERT INTO branches SELECT n, 'branch ' || n FROM generate_series(1, 8) n;
  CREATE VIEW balances AS SELECT a.id, a.balance, b.name AS branch FROM accounts a JOIN branches b ON b.id = a.branch;
)";

}  // namespace suite::test
