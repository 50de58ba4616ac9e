// One connection: requests are read, handled and answered in order, with a bound on every size and every wait.
//
// Owner     Itself, through its coroutine; it ends with the connection.
// Threads   Its io thread's alone.
// Slow      A peer that sends or takes too slowly is closed at the deadline; what it sends is bounded by Limits.
// Failure   A broken connection ends the session silently; an exception of a handler is logged once, answered with
//           500 and the error contract, and ends the connection.
#pragma once

#include <atomic>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <optional>
#include <variant>

#include "common/asio.hpp"
#include "common/deadlines.hpp"
#include "common/reply.hpp"

namespace suite {

namespace http = boost::beast::http;

using Request = http::request<http::string_body>;

struct HttpLimits {
  std::uint32_t header_bytes = 16 * 1024;
  std::uint64_t body_bytes = 256 * 1024;
  std::size_t connections = 20000;
  std::chrono::seconds idle{75};     // between two requests; above the proxy's keep-alive
  std::chrono::seconds request{15};  // from a request's first byte to its last
  std::chrono::seconds write{30};    // for a peer to take an answer
};

struct HttpThread;

// A connection's place among those that its io thread may have.
class Place {
 public:
  explicit Place(std::shared_ptr<HttpThread> thread);
  Place(Place&&) = default;
  ~Place();

 private:
  std::shared_ptr<HttpThread> thread_;
};

// A connection that has left its session: whoever has it sees to its deadlines, too.
struct Connection {
  tcp::socket socket;
  Place place;
};

// What a conversation that has taken over its connection may do: write, under a deadline, or take it away for good.
class Peer {
 public:
  Peer(Guarded& guarded, Place& place, std::chrono::seconds write_limit)
      : guarded_(guarded), place_(place), write_limit_(write_limit) {}

  // All of it or an exception. However slow, a peer that takes something stays; one that takes nothing for the whole
  // write limit is closed.
  template <typename Buffers>
  asio::awaitable<void> write(const Buffers& buffers);
  tcp::socket& socket() { return guarded_.socket(); }
  asio::any_io_executor executor() { return guarded_.socket().get_executor(); }
  std::chrono::seconds write_limit() const { return write_limit_; }
  Connection take() { return {std::move(guarded_.socket()), std::move(place_)}; }

 private:
  Guarded& guarded_;
  Place& place_;
  std::chrono::seconds write_limit_;
};

// A conversation, such as replication; the connection closes when it returns, unless it was taken.
using Conversation = std::function<asio::awaitable<void>(Peer&)>;
using Answer = std::variant<Reply, Conversation>;

// The routes of a service, one instance per io thread and port.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // The answer where it is at hand without waiting: the hot path, no coroutine.
  virtual std::optional<Reply> at_hand(const Request&) { return std::nullopt; }
  virtual asio::awaitable<Answer> handle(Request& request, const tcp::endpoint& peer) = 0;
};

// What the sessions of one io thread share.
struct HttpThread {
  explicit HttpThread(asio::io_context& io) : context(io), deadlines(io) {}

  asio::io_context& context;
  Deadlines deadlines;
  std::string date;  // "Date: …\r\n", renewed when the second changes
  std::time_t date_second = 0;
  std::atomic<std::size_t> connections{0};  // of this thread; read by others for metrics
  std::atomic<bool> draining{false};

  std::string_view date_line();
};

void start_http_session(tcp::socket socket, std::shared_ptr<HttpThread> thread, std::shared_ptr<HttpHandler> handler,
                        const HttpLimits& limits);

}  // namespace suite

#include "common/http_session.ipp"
