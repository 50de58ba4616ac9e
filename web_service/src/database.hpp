// The pool of connections to PostgreSQL: blocking libpqxx behind co_await.
//
// Owner     main. As WorkPool: it outlives the io threads' last turn.
// Threads   read(), change() and reachable() on any io thread; bodies run on the pool's threads, one connection each.
// Slow      See WorkPool for the line, DatabaseSession for the work: turned away is `busy`, too slow `database_slow`.
// Failure   A value of the error table; what is no everyday failure of a database is thrown (a bug).
#pragma once

#include <atomic>
#include <vector>

#include "web_service/src/database_session.hpp"
#include "web_service/src/work_pool.hpp"

namespace suite::web {

class Database {
 public:
  Database(const std::string& connection_string, std::size_t connections);

  // `query(transaction)` runs one statement that changes nothing and returns what it found.
  template <typename Query>
  auto read(Query query) -> asio::awaitable<Result<std::invoke_result_t<Query&, pqxx::transaction_base&>>>;

  // `change(transaction)` returns a Result; a value is committed and answered, an error undone and answered.
  template <typename Change>
  auto change(Change change) -> asio::awaitable<std::invoke_result_t<Change&, pqxx::transaction_base&>>;

  // Whether the database answers within `limit`. One that has too much to do counts as answering.
  asio::awaitable<bool> reachable();

  WorkPool::Use use() const { return pool_.use(); }
  std::size_t connected() const { return connected_; }

 private:
  asio::awaitable<std::optional<ApiError>> run(Access access, DatabaseSession::Body body);

  SocketWatchdog watchdog_;
  std::atomic<std::size_t> connected_{0};
  std::vector<std::unique_ptr<DatabaseSession>> sessions_;
  WorkPool pool_;  // last: its threads end before what they work with
};

template <typename Query>
auto Database::read(Query query) -> asio::awaitable<Result<std::invoke_result_t<Query&, pqxx::transaction_base&>>> {
  auto found = std::make_shared<std::optional<std::invoke_result_t<Query&, pqxx::transaction_base&>>>();
  DatabaseSession::Body body = [found, query = std::move(query)](pqxx::transaction_base& transaction) {
    *found = query(transaction);
    return std::optional<ApiError>();
  };
  const auto failed = co_await run(Access::read, std::move(body));
  if (failed) co_return *failed;
  co_return std::move(**found);
}

template <typename Change>
auto Database::change(Change change) -> asio::awaitable<std::invoke_result_t<Change&, pqxx::transaction_base&>> {
  auto made = std::make_shared<std::optional<std::invoke_result_t<Change&, pqxx::transaction_base&>>>();
  DatabaseSession::Body body = [made, change = std::move(change)](pqxx::transaction_base& transaction) {
    *made = change(transaction);
    return (*made)->has_error() ? std::optional((*made)->error()) : std::nullopt;
  };
  const auto failed = co_await run(Access::change, std::move(body));
  if (failed) co_return *failed;
  co_return std::move(**made);
}

}  // namespace suite::web
