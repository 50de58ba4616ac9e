// One connection to PostgreSQL, driven by Asio: libpq never blocks the thread.
//
// Owner     PgUpstream.
// Threads   The core's alone; one operation at a time.
// Failure   Every operation throws PgError: with the server's SQLSTATE where it answered, without where the connection
//           is broken or the deadline has passed; then the connection is of no further use.
#pragma once

#include <libpq-fe.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/asio.hpp"

namespace edge {

struct PgError : std::runtime_error {
  PgError(const std::string& message, std::string sqlstate = {})
      : std::runtime_error(message), state(std::move(sqlstate)) {}
  std::string state;
  bool answered() const { return !state.empty(); }
};

struct PgStatement {
  std::string sql;
  std::vector<std::optional<std::string>> parameters;  // text form
};

template <typename... Statements>
std::vector<PgStatement> in_turn(Statements&&... statements) {
  std::vector<PgStatement> all;
  (all.push_back(std::forward<Statements>(statements)), ...);
  return all;
}

// `sql` with its parameters; an empty optional is NULL.
template <typename... Parameters>
PgStatement pg(std::string_view sql, Parameters&&... parameters) {
  PgStatement statement;
  statement.sql = sql;
  (statement.parameters.emplace_back(std::forward<Parameters>(parameters)), ...);
  return statement;
}

struct PgClear {
  void operator()(PGresult* result) const { PQclear(result); }
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PgResult = std::unique_ptr<PGresult, PgClear>;

// A field of a binary result; nothing is NULL. Lives as long as the result.
std::optional<std::string_view> pg_field(const PGresult* result, int row, int column);

// The elements of a text[] in binary form, views into `array`. Throws PgError where it is none.
void pg_text_array(std::string_view array, std::vector<std::optional<std::string_view>>& elements);

class PgConnection {
 public:
  using Deadline = suite::Clock::time_point;

  PgConnection(const suite::asio::any_io_executor& executor, std::string url, std::string application);
  ~PgConnection();

  suite::asio::awaitable<void> connect(Deadline deadline);

  // Sends all statements in one flush and returns their results (binary). The first that fails throws, the rest are
  // skipped by the server.
  suite::asio::awaitable<std::vector<PgResult>> run(std::vector<PgStatement> statements, Deadline deadline);

  // One statement whose rows are handed to `row` one by one (binary), whatever their number. Each row must arrive
  // within `patience` of the one before.
  suite::asio::awaitable<void> stream(PgStatement statement, const std::function<void(const PGresult*)>& row,
                                      std::chrono::milliseconds patience);

  struct Notification {
    std::string channel;
    std::string payload;
  };
  // The next notification, or nothing at the deadline.
  suite::asio::awaitable<std::optional<Notification>> notification(Deadline deadline);

  void close();  // pending operations end with PgError

 private:
  enum class Await { readable, writable };
  suite::asio::awaitable<bool> ready(Await what, Deadline deadline);  // false at the deadline
  suite::asio::awaitable<void> wait(Await what, Deadline deadline);   // throws at the deadline
  suite::asio::awaitable<void> flush(Deadline deadline);
  suite::asio::awaitable<PgResult> result(Deadline deadline);
  suite::asio::awaitable<std::string> resolved(Deadline deadline);
  void send(const PgStatement& statement);
  [[noreturn]] void broken() const;

  suite::asio::any_io_executor executor_;
  std::string url_;
  std::string application_;
  std::unique_ptr<PGconn, PgClear> connection_;
  suite::asio::posix::stream_descriptor socket_;
  bool closed_ = false;
};

}  // namespace edge
