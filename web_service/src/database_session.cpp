#include "web_service/src/database_session.hpp"

#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/transaction>

#include "common/log.hpp"

namespace suite::web {
namespace {

constexpr std::chrono::seconds kLimit{8};  // of one attempt
constexpr int kMostAttempts = 5;

bool begins_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

}  // namespace

struct DatabaseSession::Attempt {
  Trouble trouble = Trouble::none;
  std::optional<ApiError> refused;  // by the body
  bool committing = false;
  bool overdue = false;  // ended by the watchdog
};

DatabaseSession::DatabaseSession(std::string connection_string, SocketWatchdog& watchdog,
                                 std::atomic<std::size_t>& connected)
    : connection_string_(std::move(connection_string)),
      watchdog_(watchdog),
      connected_(connected),
      backoff_(std::chrono::milliseconds(50), std::chrono::milliseconds(1000)) {}

DatabaseSession::~DatabaseSession() { close(); }

std::optional<ApiError> DatabaseSession::run(Access access, const Body& body) {
  bool broke_before = false;
  for (int attempts = 1;; ++attempts) {
    const Attempt attempt = once(access, body);
    switch (attempt.trouble) {
      case Trouble::none: return attempt.refused;
      case Trouble::unreachable:
      case Trouble::refused: return ApiError{Problem::database_unavailable};
      case Trouble::slow: return ApiError{Problem::database_slow};
      case Trouble::rolled_back:
        if (attempts == kMostAttempts) return ApiError{Problem::busy};
        break;
      case Trouble::broken:
        close();
        if (attempt.committing) {
          log::error("commit_outcome_unknown");
          return ApiError{Problem::outcome_unknown};
        }
        if (attempt.overdue) return ApiError{Problem::database_slow};
        if (broke_before) return ApiError{Problem::database_unavailable};
        broke_before = true;
        break;
    }
  }
}

DatabaseSession::Attempt DatabaseSession::once(Access access, const Body& body) {
  Attempt attempt;
  if (!open()) {
    attempt.trouble = Trouble::unreachable;
    return attempt;
  }
  try {
    perform(access, body, attempt);
  } catch (const pqxx::in_doubt_error& thrown) {
    log::warn("database_lost", {{"error", thrown.what()}});
    attempt.trouble = Trouble::broken;
    attempt.committing = true;
  } catch (const std::exception& thrown) {
    attempt.trouble = trouble_of(thrown, connection_->is_open());
    if (attempt.trouble == Trouble::none) throw;  // a bug of ours, or of the schema
    if (attempt.trouble == Trouble::broken) {
      log::warn("database_lost", {{"error", thrown.what()}, {"overdue", attempt.overdue}});
    } else {
      log::debug("database_trouble", {{"error", thrown.what()}});
    }
  }
  return attempt;
}

void DatabaseSession::perform(Access access, const Body& body, Attempt& attempt) {
  const SocketWatchdog::Watch watch(watchdog_, connection_->sock(), Clock::now() + kLimit, attempt.overdue);
  if (access == Access::read) {
    pqxx::nontransaction transaction(*connection_);
    attempt.refused = body(transaction);
    return;
  }
  pqxx::work transaction(*connection_);
  attempt.refused = body(transaction);
  if (attempt.refused) return;
  attempt.committing = true;
  transaction.commit();
}

bool DatabaseSession::open() {
  if (connection_ && connection_->is_open()) return true;
  close();
  if (Clock::now() < next_attempt_) return false;
  try {
    connection_ = std::make_unique<pqxx::connection>(connection_string_);
  } catch (const pqxx::failure& thrown) {
    next_attempt_ = Clock::now() + backoff_.next();
    if (!std::exchange(told_unreachable_, true)) log::warn("database_unreachable", {{"error", thrown.what()}});
    return false;
  }
  backoff_.reset();
  told_unreachable_ = false;
  ++connected_;
  log::info("database_connected", {{"database", connection_->dbname()}});
  return true;
}

void DatabaseSession::close() {
  if (!connection_) return;
  connection_.reset();
  --connected_;
}

// `none`: nothing that trying again, now or later, could mend.
DatabaseSession::Trouble DatabaseSession::trouble_of(const std::exception& thrown, bool connected) {
  if (!connected || dynamic_cast<const pqxx::broken_connection*>(&thrown) ||
      dynamic_cast<const pqxx::statement_completion_unknown*>(&thrown)) {
    return Trouble::broken;
  }
  if (dynamic_cast<const pqxx::transaction_rollback*>(&thrown) ||
      dynamic_cast<const pqxx::unique_violation*>(&thrown)) {
    return Trouble::rolled_back;
  }
  const auto* error = dynamic_cast<const pqxx::sql_error*>(&thrown);
  if (!error) return Trouble::none;
  const std::string_view state = error->sqlstate();
  // Connection exceptions; shutdown by the administrator, by a crash, or while starting.
  if (begins_with(state, "08") || begins_with(state, "57P0")) return Trouble::broken;
  // Time-outs of a statement, of a lock.
  if (state == "57014" || state == "55P03") return Trouble::slow;
  // Out of resources (disk full, too many connections); read only, as a standby is.
  if (begins_with(state, "53") || state == "25006") return Trouble::refused;
  return Trouble::none;
}

}  // namespace suite::web
