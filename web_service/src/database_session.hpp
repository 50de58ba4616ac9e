// One thread's connection to PostgreSQL: made when it is needed, remade when it broke, and the rules of what is tried
// again.
//
// Owner     Database, one for each thread of its pool.
// Threads   That thread's alone.
// Again     A read or change that ended before its COMMIT was sent left nothing behind. When the connection broke under
//           it, it is tried once more on a fresh one; when PostgreSQL rolled it back in favour of another (serialization
//           failure, deadlock, a unique value written at the same moment), a few times. A connection that breaks during
//           COMMIT leaves the outcome unknown: never tried again, and said so.
// Slow      A statement, a wait for a lock and an idle transaction are bounded by the server's own time-outs, everything
//           together, connecting apart, by the watchdog.
// Failure   While no connection can be made, attempts are spaced out (Backoff) and work in between is refused at once.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <pqxx/connection>
#include <pqxx/transaction_base>
#include <string>

#include "common/backoff.hpp"
#include "web_service/src/errors.hpp"
#include "web_service/src/socket_watchdog.hpp"

namespace suite::web {

enum class Access {
  read,    // one statement, no transaction
  change,  // a transaction, committed where the body has nothing to object
};

class DatabaseSession {
 public:
  // May run more than once; each time from the beginning. An error it returns undoes what it did.
  using Body = std::function<std::optional<ApiError>(pqxx::transaction_base&)>;

  // `connection_string` is of connection_string(); `connected` counts the sessions that have a connection.
  DatabaseSession(std::string connection_string, SocketWatchdog& watchdog, std::atomic<std::size_t>& connected);
  ~DatabaseSession();

  std::optional<ApiError> run(Access access, const Body& body);

 private:
  enum class Trouble { none, unreachable, broken, rolled_back, slow, refused };
  struct Attempt;

  Attempt once(Access access, const Body& body);
  void perform(Access access, const Body& body, Attempt& attempt);
  bool open();
  void close();
  static Trouble trouble_of(const std::exception& thrown, bool connected);

  const std::string connection_string_;
  SocketWatchdog& watchdog_;
  std::atomic<std::size_t>& connected_;
  std::unique_ptr<pqxx::connection> connection_;
  Backoff backoff_;
  Clock::time_point next_attempt_;
  bool told_unreachable_ = false;  // of the present outage
};

}  // namespace suite::web
