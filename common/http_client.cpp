#include "common/http_client.hpp"

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <deque>

#include "common/resolve.hpp"

namespace suite {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using Kind = ClientFailure::Kind;

constexpr unsigned kUnavailable = 503;

ClientFailure failure(Kind kind, const HttpAddress& address, std::string_view what) {
  return {kind, address.authority + ": " + std::string(what)};
}

ClientFailure failure(Kind otherwise, const HttpAddress& address, error_code error) {
  if (error == beast::error::timeout) return failure(Kind::timed_out, address, "no answer in time");
  if (error == http::error::body_limit || error == http::error::header_limit) {
    return failure(Kind::too_large, address, "the answer is larger than is accepted here");
  }
  return failure(otherwise, address, error.message());
}

http::request<http::string_body> message_of(const ClientRequest& request, const HttpAddress& address) {
  http::request<http::string_body> message(request.method, request.target, 11);
  message.set(http::field::host, address.authority);
  for (const auto& [name, value] : request.fields) message.set(name, value);
  message.body() = request.body;
  message.prepare_payload();
  return message;
}

}  // namespace

struct HttpClient::Connection {
  explicit Connection(asio::io_context& context) : stream(context) {}

  beast::tcp_stream stream;
  beast::flat_buffer buffer;
  Clock::time_point idle_since;
};

struct HttpClient::Place {
  explicit Place(HttpAddress at) : address(std::move(at)) {}

  HttpAddress address;
  std::deque<std::unique_ptr<Connection>> idle;  // the longest idle first
};

HttpClient::HttpClient(asio::io_context& context, const std::vector<HttpAddress>& addresses,
                       const HttpClientLimits& limits)
    : context_(context), limits_(limits) {
  for (const auto& address : addresses) places_.push_back(std::make_unique<Place>(address));
}

HttpClient::~HttpClient() = default;

asio::awaitable<HttpClient::Result> HttpClient::send(ClientRequest request) {
  if (requests_ >= limits_.requests) co_return ClientFailure{Kind::busy, "too many requests under way"};
  struct Counted {
    explicit Counted(std::size_t& of) : count(of) { ++count; }
    Counted(const Counted&) = delete;
    ~Counted() { --count; }
    std::size_t& count;
  };
  const Counted counted(requests_);

  const auto deadline = Clock::now() + request.limit;
  const std::size_t first = preferred_;
  Result last = ClientFailure{Kind::unreachable, "no address is known"};
  for (std::size_t turn = 0; turn < places_.size(); ++turn) {
    const std::size_t index = (first + turn) % places_.size();
    last = co_await ask(*places_[index], request, std::min(deadline, Clock::now() + limits_.attempt));
    if (last && last->status != kUnavailable) {
      preferred_ = index;
      co_return last;
    }
    const bool unsent = !last && last.error().kind == Kind::unreachable;
    if (!request.repeatable && !unsent) co_return last;
    if (Clock::now() >= deadline) break;
  }
  preferred_ = (first + 1) % places_.size();
  co_return last;
}

asio::awaitable<HttpClient::Result> HttpClient::ask(Place& place, const ClientRequest& request,
                                                    Clock::time_point deadline) {
  while (request.repeatable) {
    auto idle = take_idle(place);
    if (!idle) break;
    auto result = co_await exchange(place, std::move(idle), request, deadline);
    // A kept connection that broke was most likely closed while it was idle: that says nothing about the service.
    if (result || result.error().kind != Kind::broken) co_return result;
  }
  auto connection = co_await connect(place, deadline);
  if (!connection) co_return connection.error();
  co_return co_await exchange(place, std::move(*connection), request, deadline);
}

std::unique_ptr<HttpClient::Connection> HttpClient::take_idle(Place& place) const {
  const auto oldest = Clock::now() - limits_.idle;
  while (!place.idle.empty() && place.idle.front()->idle_since < oldest) place.idle.pop_front();
  if (place.idle.empty()) return nullptr;
  auto connection = std::move(place.idle.back());
  place.idle.pop_back();
  return connection;
}

asio::awaitable<boost::system::result<std::unique_ptr<HttpClient::Connection>, ClientFailure>> HttpClient::connect(
    const Place& place, Clock::time_point deadline) {
  deadline = std::min(deadline, Clock::now() + limits_.connect);
  std::vector<tcp::endpoint> endpoints;
  if (const auto failed = co_await resolve(context_, place.address, deadline, endpoints)) {
    co_return failure(Kind::unreachable, place.address, failed.message());
  }
  auto connection = std::make_unique<Connection>(context_);
  connection->stream.expires_at(deadline);
  const auto [failed, endpoint] = co_await connection->stream.async_connect(endpoints, kTuple);
  if (failed) co_return failure(Kind::unreachable, place.address, failed.message());
  error_code ignored;
  connection->stream.socket().set_option(tcp::no_delay(true), ignored);
  co_return connection;
}

asio::awaitable<HttpClient::Result> HttpClient::exchange(Place& place, std::unique_ptr<Connection> connection,
                                                         const ClientRequest& request, Clock::time_point deadline) {
  auto& stream = connection->stream;
  stream.expires_at(deadline);
  const auto message = message_of(request, place.address);
  const auto [unsent, sent] = co_await http::async_write(stream, message, kTuple);
  if (unsent) co_return failure(Kind::broken, place.address, unsent);

  http::response_parser<http::string_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  parser.body_limit(limits_.body_bytes);
  if (request.method == http::verb::head) parser.skip(true);
  const auto [failed, received] = co_await http::async_read(stream, connection->buffer, parser, kTuple);
  if (failed) co_return failure(Kind::broken, place.address, failed);

  if (parser.get().keep_alive() && place.idle.size() < limits_.idle_connections) {
    stream.expires_never();
    connection->idle_since = Clock::now();
    place.idle.push_back(std::move(connection));
  }
  auto& reply = parser.get();
  co_return ClientReply{reply.result_int(), std::move(reply.base()), std::move(reply.body())};
}

}  // namespace suite
