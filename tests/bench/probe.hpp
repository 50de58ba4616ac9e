// What the probes of the benchmarks write and read with: a database, an event stream, and titles that carry a number.
//
// Threads  Each object belongs to one.
// Failure  std::runtime_error, which ends the probe.
#pragma once

#include <libpq-fe.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/bench/link.hpp"

namespace bench {

using Clock = std::chrono::steady_clock;

// What a title of ours begins with: nothing that an earlier run left is taken for a write of this one.
inline const std::string kMark = "probe " + std::to_string(getpid()) + " ";

class Database {
 public:
  explicit Database(const std::string& url) : connection_(PQconnectdb(url.c_str()), PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection_.get()));
  }

  // To be asked again and again, with one value.
  void prepare(const std::string& statement) { take(PQprepare(connection_.get(), "", statement.c_str(), 1, nullptr)); }

  // The first field, if there is any.
  std::string ask(const std::string& value) {
    const char* values[] = {value.c_str()};
    return take(PQexecPrepared(connection_.get(), "", 1, values, nullptr, nullptr, 0));
  }

  void listen() { take(PQexec(connection_.get(), "LISTEN note")); }

  // The last notification's payload of those that came within 100 ms.
  std::optional<std::string> heard() {
    pollfd waiting{PQsocket(connection_.get()), POLLIN, 0};
    if (poll(&waiting, 1, 100) > 0 && PQconsumeInput(connection_.get()) == 0) throw std::runtime_error("disconnected");
    std::optional<std::string> payload;
    while (PGnotify* notification = PQnotifies(connection_.get())) {
      payload = notification->extra;
      PQfreemem(notification);
    }
    return payload;
  }

 private:
  std::string take(PGresult* answer) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(answer, PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      throw std::runtime_error(PQerrorMessage(connection_.get()));
    }
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
  }

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

// The number of the last of our titles that the text holds whole, up to its full stop.
inline std::optional<std::size_t> number_in(std::string_view text) {
  const auto mark = text.rfind(kMark);
  if (mark == std::string_view::npos) return std::nullopt;
  const char* const end = text.data() + text.size();
  std::size_t number = 0;
  const auto [rest, error] = std::from_chars(text.data() + mark + kMark.size(), end, number);
  if (error != std::errc() || rest == end) return std::nullopt;
  return number;
}

// Where a stream is read: http://127.0.0.1:PORT/TARGET, or https://.
struct Address {
  explicit Address(const std::string& url) : encrypted(url.starts_with("https://")) {
    const auto host = url.find("://") + 3, slash = url.find('/', host);
    const auto colon = url.rfind(':', slash);
    if (!url.starts_with("http") || slash == std::string::npos || colon < host) {
      throw std::runtime_error(url + " is no http://127.0.0.1:PORT/TARGET");
    }
    port = std::stoi(url.substr(colon + 1, slash - colon - 1));
    target = url.substr(slash);
  }

  bool encrypted;
  int port;
  std::string target;
};

class Stream {
 public:
  explicit Stream(const Address& address) : link_(address.port, address.encrypted) {
    link_.write("GET " + address.target + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
  }

  int descriptor() const { return link_.descriptor(); }

  // What came within 100 ms.
  std::string_view read() {
    pollfd waiting{descriptor(), POLLIN, 0};
    return poll(&waiting, 1, 100) <= 0 ? std::string_view() : take();
  }

  // What is there, or comes first.
  std::string_view take() { return link_.read(buffer_); }

 private:
  Link link_;
  std::array<char, 65536> buffer_;
};

// The numbers of the titles that one entry's stream shows.
class NumberedStream {
 public:
  explicit NumberedStream(const std::string& url) : stream_(Address(url)) {}

  int descriptor() const { return stream_.descriptor(); }

  // The newest number after what came within 100 ms; nothing where that holds none.
  std::optional<std::size_t> read() { return number_after(stream_.read()); }
  std::optional<std::size_t> take() { return number_after(stream_.take()); }

 private:
  std::optional<std::size_t> number_after(std::string_view more) {
    text_ += more;
    const auto number = number_in(text_);
    if (text_.size() > 64) text_.erase(0, text_.size() - 64);  // may be the beginning of a title
    return number;
  }

  Stream stream_;
  std::string text_;
};

}  // namespace bench
