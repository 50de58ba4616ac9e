#include "tests/support/ledger.hpp"

#include <random>
#include <sstream>

#include "tests/support/bank_tables.hpp"

namespace suite::test {
namespace {

constexpr const char* kBook = R"(
  CREATE TABLE book (generation bigint PRIMARY KEY, contents text NOT NULL);
  CREATE FUNCTION note() RETURNS void LANGUAGE sql AS $$
    INSERT INTO book SELECT (SELECT balance FROM accounts WHERE id = 0),
                            (SELECT string_agg(to_json(b)::text, E'\n' ORDER BY b.id) FROM balances b)
  $$;
)";

constexpr const char* kCount = "BEGIN; UPDATE accounts SET balance = balance + 1 WHERE id = 0;";
constexpr const char* kNote = "SELECT note(); COMMIT";

Texts texts_of(const std::string& lines) {
  Texts texts;
  std::istringstream rest(lines);
  for (std::string line; std::getline(rest, line);) {
    const auto from = line.find(':') + 1;  // {"id":7,…
    texts[std::stoll(line.substr(from))] = line;
  }
  return texts;
}

// Random statements, from a seed.
class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}

  std::string transaction() {
    std::string statements = kCount;
    for (int i = 0, count = below(4); i < count; ++i) statements += statement();
    if (below(12) == 0) return statements + "ROLLBACK";
    return statements + kNote;
  }

 private:
  int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }
  std::string account() { return std::to_string(1 + below(Ledger::kAccounts)); }
  std::string branch() { return std::to_string(1 + below(8)); }
  std::string amount() { return std::to_string(1 + below(99)); }

  std::string statement() {
    switch (below(9)) {
      case 0: return "UPDATE branches SET name = 'renamed ' || " + amount() + " WHERE id = " + branch() + ";";
      case 1: return "DELETE FROM accounts WHERE id = " + account() + ";";
      case 2:
        return "INSERT INTO accounts VALUES (" + account() + ", " + branch() + ", " + amount() +
               ") ON CONFLICT DO NOTHING;";
      case 3: return "UPDATE accounts SET branch = " + branch() + " WHERE id = " + account() + ";";
      case 4: return "SAVEPOINT wrong; UPDATE accounts SET balance = 0 WHERE id > 0; ROLLBACK TO wrong;";
      case 5: return "UPDATE accounts SET balance = balance WHERE id = " + account() + ";";
      case 6: return "UPDATE accounts SET balance = balance + 1 WHERE id > 0 AND branch = " + branch() + ";";
      default: {
        const auto moved = amount();
        return "UPDATE accounts SET balance = balance - " + moved + " WHERE id = " + account() +
               "; UPDATE accounts SET balance = balance + " + moved + " WHERE id = " + account() + ";";
      }
    }
  }

  std::mt19937 random_;
};

void install(const TestDatabase& database) {
  database.sql(kBankTables);
  database.sql(kBook);
  database.sql("INSERT INTO accounts SELECT n, 1 + n % 8, 0 FROM generate_series(0, " +
               std::to_string(Ledger::kAccounts) + ") n; SELECT note()");
  database.sql("SELECT edge.publish('balances', source => 'balances', key => 'id', sort => 'id', max_limit => 1000)");
}

}  // namespace

Ledger::Ledger(const TestDatabase& database) : database_(database) { install(database_); }

std::vector<Sql::Row> Ledger::read(const std::string& query) {
  if (reader_) {
    try {
      return reader_->rows(query);
    } catch (const std::runtime_error&) {
      if (reader_->connected()) throw;
    }
  }
  reader_ = std::make_unique<Sql>(database_.url("blog_owner"));
  return reader_->rows(query);
}

std::unique_ptr<Writer> Ledger::writer(unsigned seed, std::chrono::milliseconds pause) {
  const auto dice = std::make_shared<Dice>(seed);
  return std::make_unique<Writer>(
      database_.url("blog_owner"), [dice](int) { return dice->transaction(); }, pause);
}

Generation Ledger::write() {
  Sql sql(database_.url("blog_owner"));
  sql(kCount);
  const auto made = sql.value("SELECT balance FROM accounts WHERE id = 0");
  sql(kNote);
  return std::stoll(made);
}

std::optional<Texts> Ledger::noted(Generation generation) {
  const std::lock_guard lock(mutex_);
  if (generation > read_) {
    const auto rows = read("SELECT generation, contents FROM book WHERE generation > " + std::to_string(read_) +
                           " ORDER BY generation");
    for (const auto& row : rows) book_[read_ = std::stoll(*row[0])] = texts_of(*row[1]);
  }
  const auto found = book_.find(generation);
  if (found == book_.end()) return std::nullopt;
  return found->second;
}

Generation Ledger::newest() {
  const std::lock_guard lock(mutex_);
  return std::stoll(*read("SELECT max(generation) FROM book")[0][0]);
}

Generation Ledger::generation_of(const Texts& entries) {
  const auto found = entries.find(0);
  if (found == entries.end()) return kNone;
  constexpr std::string_view kField = "\"balance\":";
  const auto at = found->second.find(kField);
  return at == std::string::npos ? kNone : std::stoll(found->second.substr(at + kField.size()));
}

}  // namespace suite::test
