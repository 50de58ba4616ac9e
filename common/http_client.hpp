// Asks a service that may live at several addresses: HTTP/1.1, connections kept and reused, each answer whole.
//
// Owner     One io thread's part of a service; it outlives the requests it was given.
// Threads   That io thread's alone.
// Slow      A request's `limit` bounds all of it: resolving, connecting, every address tried, the last byte; `attempt`
//           what one address may take of it.
// Failure   A value, with words for the log. An address that cannot be reached, is silent, or answers 503, is followed
//           by the next; the one that answered last is asked first. A connection the peer closed while it was idle is
//           replaced without a word.
// Bounds    Size of an answer, requests at once, idle connections per address.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/system/result.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/asio.hpp"
#include "common/http_address.hpp"

namespace suite {

struct ClientRequest {
  boost::beast::http::verb method = boost::beast::http::verb::get;
  std::string target;  // "/path?query", encoded
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  std::chrono::milliseconds limit{10'000};
  // Whether the service may see it twice. Otherwise it goes over a fresh connection, and once only.
  bool repeatable = true;
};

struct ClientReply {
  unsigned status = 0;
  boost::beast::http::fields fields;
  std::string body;
};

struct ClientFailure {
  enum class Kind { unreachable, timed_out, broken, too_large, busy };
  Kind kind = Kind::unreachable;
  std::string what;  // for the log: the address and the system's words

  [[noreturn]] friend void throw_exception_from_error(const ClientFailure& failure, const boost::source_location&) {
    throw std::runtime_error(failure.what);
  }
};

struct HttpClientLimits {
  std::chrono::milliseconds connect{1000};    // per address
  std::chrono::milliseconds attempt{10'000};  // per address, connecting included
  std::chrono::seconds idle{30};              // below what the service closes idle connections after
  std::size_t idle_connections = 32;          // kept per address
  std::size_t requests = 512;                 // at once
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 64 * 1024 * 1024;
};

class HttpClient {
 public:
  using Result = boost::system::result<ClientReply, ClientFailure>;

  HttpClient(asio::io_context& context, const std::vector<HttpAddress>& addresses, const HttpClientLimits& limits = {});
  ~HttpClient();

  asio::awaitable<Result> send(ClientRequest request);

 private:
  struct Connection;
  struct Place;  // an address and its idle connections

  asio::awaitable<Result> ask(Place& place, const ClientRequest& request, Clock::time_point deadline);
  asio::awaitable<boost::system::result<std::unique_ptr<Connection>, ClientFailure>> connect(
      const Place& place, Clock::time_point deadline);
  asio::awaitable<Result> exchange(Place& place, std::unique_ptr<Connection> connection, const ClientRequest& request,
                                   Clock::time_point deadline);
  std::unique_ptr<Connection> take_idle(Place& place) const;

  asio::io_context& context_;
  HttpClientLimits limits_;
  std::vector<std::unique_ptr<Place>> places_;
  std::size_t preferred_ = 0;  // the place that answered last
  std::size_t requests_ = 0;   // under way
};

}  // namespace suite
