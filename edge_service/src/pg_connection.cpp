#include "edge_service/src/pg_connection.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/endian/conversion.hpp>
#include <cstring>

namespace edge {

namespace asio = suite::asio;
using suite::error_code;
using suite::kTuple;

namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

std::string first_line(const char* message) {
  const std::string text = message ? message : "";
  return text.substr(0, text.find('\n'));
}

[[noreturn]] void refuse(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  throw PgError(primary ? primary : first_line(PQresultErrorMessage(result)), state ? state : "");
}

std::int32_t take_int32(std::string_view& rest) {
  if (rest.size() < 4) throw PgError("an array from the server ends early");
  const auto value = boost::endian::load_big_s32(reinterpret_cast<const unsigned char*>(rest.data()));
  rest.remove_prefix(4);
  return value;
}

}  // namespace

std::optional<std::string_view> pg_field(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column)) return std::nullopt;
  return std::string_view(PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column)));
}

void pg_text_array(std::string_view array, std::vector<std::optional<std::string_view>>& elements) {
  elements.clear();
  const std::int32_t dimensions = take_int32(array);
  take_int32(array);  // has nulls
  take_int32(array);  // element type
  if (dimensions == 0) return;
  if (dimensions != 1) throw PgError("an array of several dimensions where columns were expected");
  const std::int32_t count = take_int32(array);
  take_int32(array);  // lower bound
  for (std::int32_t i = 0; i < count; ++i) {
    const std::int32_t size = take_int32(array);
    if (size < 0) {
      elements.emplace_back(std::nullopt);
      continue;
    }
    if (static_cast<std::size_t>(size) > array.size()) throw PgError("an array from the server ends early");
    elements.emplace_back(array.substr(0, static_cast<std::size_t>(size)));
    array.remove_prefix(static_cast<std::size_t>(size));
  }
}

PgConnection::PgConnection(const asio::any_io_executor& executor, std::string url, std::string application)
    : executor_(executor), url_(std::move(url)), application_(std::move(application)), socket_(executor) {}

PgConnection::~PgConnection() {
  if (socket_.is_open()) socket_.release();  // the descriptor is libpq's to close
}

void PgConnection::close() {
  closed_ = true;
  error_code ignored;
  if (socket_.is_open()) socket_.cancel(ignored);
}

void PgConnection::broken() const {
  throw PgError(closed_ ? "the connection was closed" : first_line(PQerrorMessage(connection_.get())));
}

asio::awaitable<bool> PgConnection::ready(Await what, Deadline deadline) {
  using namespace asio::experimental::awaitable_operators;
  if (closed_) throw PgError("the connection was closed");
  const int descriptor = PQsocket(connection_.get());
  if (descriptor < 0) broken();
  if (!socket_.is_open() || socket_.native_handle() != descriptor) {
    if (socket_.is_open()) socket_.release();
    socket_.assign(descriptor);
  }
  const auto direction =
      what == Await::readable ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
  asio::steady_timer timer(executor_, deadline);
  const auto first = co_await (socket_.async_wait(direction, kTuple) || timer.async_wait(kTuple));
  if (first.index() == 1) co_return false;
  if (std::get<0>(std::get<0>(first))) throw PgError("the connection was closed");
  co_return true;
}

asio::awaitable<void> PgConnection::wait(Await what, Deadline deadline) {
  const bool in_time = co_await ready(what, deadline);
  if (!in_time) throw PgError("the database did not answer in time");
}

// The URL with the host's address filled in: libpq would look it up while everything else stands still.
asio::awaitable<std::string> PgConnection::resolved(Deadline deadline) {
  using namespace asio::experimental::awaitable_operators;
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(url_.c_str(), &message));
  if (!options) {
    const std::string problem = first_line(message);
    PQfreemem(message);
    throw PgError(problem);
  }
  std::string host, address;
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option) {
    if (!option->val) continue;
    if (std::strcmp(option->keyword, "host") == 0) host = option->val;
    if (std::strcmp(option->keyword, "hostaddr") == 0) address = option->val;
  }
  if (host.empty() || host.front() == '/' || host.find(',') != std::string::npos || !address.empty()) co_return "";
  asio::ip::tcp::resolver resolver(executor_);
  asio::steady_timer timer(executor_, deadline);
  const auto first = co_await (resolver.async_resolve(host, "", kTuple) || timer.async_wait(kTuple));
  if (first.index() == 1) throw PgError("the name " + host + " was not resolved in time");
  const auto& [failed, found] = std::get<0>(first);
  if (failed || found.empty()) throw PgError("the name " + host + " is not known: " + failed.message());
  co_return found.begin()->endpoint().address().to_string();
}

asio::awaitable<void> PgConnection::connect(Deadline deadline) {
  const std::string address = co_await resolved(deadline);
  // Later keywords win over those in the URL, which "dbname" expands.
  std::vector<const char*> keywords{"dbname"}, values{url_.c_str()};
  const auto add = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  };
  if (!address.empty()) add("hostaddr", address.c_str());
  add("application_name", application_.c_str());
  add("client_encoding", "UTF8");
  add("keepalives_idle", "5");
  add("keepalives_interval", "2");
  add("keepalives_count", "2");
  add("tcp_user_timeout", "10000");
  keywords.push_back(nullptr);
  values.push_back(nullptr);

  connection_.reset(PQconnectStartParams(keywords.data(), values.data(), 1));
  if (!connection_ || PQstatus(connection_.get()) == CONNECTION_BAD) broken();
  for (PostgresPollingStatusType state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;) {
    if (state == PGRES_POLLING_FAILED) broken();
    co_await wait(state == PGRES_POLLING_READING ? Await::readable : Await::writable, deadline);
    const int before = PQsocket(connection_.get());
    state = PQconnectPoll(connection_.get());
    // libpq may have gone on to another address, with another socket under the same number.
    if (socket_.is_open() && (state == PGRES_POLLING_WRITING || PQsocket(connection_.get()) != before))
      socket_.release();
  }
  PQsetnonblocking(connection_.get(), 1);
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
}

void PgConnection::send(const PgStatement& statement) {
  std::vector<const char*> values;
  for (const auto& parameter : statement.parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  constexpr int kBinary = 1;
  if (!PQsendQueryParams(connection_.get(), statement.sql.c_str(), static_cast<int>(values.size()), nullptr,
                         values.data(), nullptr, nullptr, kBinary)) {
    broken();
  }
}

asio::awaitable<void> PgConnection::flush(Deadline deadline) {
  for (int left = PQflush(connection_.get()); left != 0; left = PQflush(connection_.get())) {
    if (left < 0) broken();
    co_await wait(Await::writable, deadline);
  }
}

// The next result, or null at the end of a statement's.
asio::awaitable<PgResult> PgConnection::result(Deadline deadline) {
  while (PQisBusy(connection_.get())) {
    co_await wait(Await::readable, deadline);
    if (!PQconsumeInput(connection_.get())) broken();
  }
  co_return PgResult(PQgetResult(connection_.get()));
}

asio::awaitable<std::vector<PgResult>> PgConnection::run(std::vector<PgStatement> statements, Deadline deadline) {
  if (closed_ || !connection_) throw PgError("the connection was closed");
  if (!PQenterPipelineMode(connection_.get())) broken();
  for (const auto& statement : statements) send(statement);
  if (!PQpipelineSync(connection_.get())) broken();
  co_await flush(deadline);

  std::vector<PgResult> results;
  PgResult failure;
  for (bool synced = false; !synced;) {
    PgResult next = co_await result(deadline);
    if (!next) {
      if (PQstatus(connection_.get()) == CONNECTION_BAD) broken();
      continue;  // between two statements
    }
    switch (PQresultStatus(next.get())) {
      case PGRES_PIPELINE_SYNC: synced = true; break;
      case PGRES_PIPELINE_ABORTED: break;
      case PGRES_TUPLES_OK:
      case PGRES_COMMAND_OK: results.push_back(std::move(next)); break;
      default:
        if (!failure) failure = std::move(next);
    }
  }
  PQexitPipelineMode(connection_.get());
  if (failure) refuse(failure.get());
  co_return results;
}

asio::awaitable<void> PgConnection::stream(PgStatement statement, const std::function<void(const PGresult*)>& row,
                                           std::chrono::milliseconds patience) {
  send(statement);
  PQsetSingleRowMode(connection_.get());
  co_await flush(suite::Clock::now() + patience);
  PgResult failure;
  for (;;) {
    PgResult next = co_await result(suite::Clock::now() + patience);
    if (!next) break;
    switch (PQresultStatus(next.get())) {
      case PGRES_SINGLE_TUPLE: row(next.get()); break;
      case PGRES_TUPLES_OK:
      case PGRES_COMMAND_OK: break;
      default:
        if (!failure) failure = std::move(next);
    }
  }
  if (failure) refuse(failure.get());
}

asio::awaitable<std::optional<PgConnection::Notification>> PgConnection::notification(Deadline deadline) {
  struct Free {
    void operator()(PGnotify* notify) const { PQfreemem(notify); }
  };
  for (;;) {
    const std::unique_ptr<PGnotify, Free> next(PQnotifies(connection_.get()));
    if (next) co_return Notification{next->relname, next->extra};
    const bool in_time = co_await ready(Await::readable, deadline);
    if (!in_time) co_return std::nullopt;
    if (!PQconsumeInput(connection_.get())) broken();
  }
}

}  // namespace edge
