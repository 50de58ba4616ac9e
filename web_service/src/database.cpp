#include "web_service/src/database.hpp"

#include "web_service/src/queries.hpp"
#include "web_service/src/sql.hpp"

namespace suite::web {
namespace {

constexpr std::size_t kWaitingPerConnection = 16;
constexpr std::chrono::milliseconds kPatience{2000};

std::vector<std::unique_ptr<DatabaseSession>> make_sessions(const std::string& connection_string, std::size_t count,
                                                            SocketWatchdog& watchdog,
                                                            std::atomic<std::size_t>& connected) {
  std::vector<std::unique_ptr<DatabaseSession>> sessions;
  for (std::size_t i = 0; i < count; ++i) {
    sessions.push_back(std::make_unique<DatabaseSession>(connection_string, watchdog, connected));
  }
  return sessions;
}

}  // namespace

Database::Database(const std::string& connection_string, std::size_t connections)
    : sessions_(make_sessions(connection_string, connections, watchdog_, connected_)),
      pool_({connections, kWaitingPerConnection * connections, kPatience}) {}

asio::awaitable<std::optional<ApiError>> Database::run(Access access, DatabaseSession::Body body) {
  auto work = [this, access, body = std::move(body)](std::size_t thread) {
    return sessions_[thread]->run(access, body);
  };
  auto answered = co_await pool_.run(std::move(work));
  if (!answered) co_return ApiError{Problem::busy};
  co_return std::move(*answered);
}

asio::awaitable<bool> Database::reachable() {
  auto probe = [](pqxx::transaction_base& transaction) {
    sql::run(transaction, queries::kProbe);
    return true;
  };
  const auto answered = co_await read(std::move(probe));
  if (answered) co_return true;
  const auto problem = answered.error().problem;
  co_return connected_ > 0 && (problem == Problem::busy || problem == Problem::database_slow);
}

}  // namespace suite::web
