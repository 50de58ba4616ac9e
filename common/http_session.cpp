#include "common/http_session.hpp"

#include <array>
#include <boost/beast/core/buffers_suffix.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <ctime>

#include "common/log.hpp"
#include "common/time_text.hpp"

namespace suite {
namespace {

using Parser = http::request_parser<http::string_body>;

constexpr std::size_t kFirstRead = 4096;

struct Refusal {
  Status status;
  std::string_view code;
  std::string message;
};

// What a request that cannot be parsed is told, or nothing where the peer is simply gone.
std::optional<Refusal> refusal_of(error_code failed, const HttpLimits& limits) {
  if (failed == http::error::body_limit) {
    return Refusal{Status::payload_too_large, "body_too_large",
                   "the body may have at most " + std::to_string(limits.body_bytes) + " bytes"};
  }
  if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
    return Refusal{
        Status::request_header_fields_too_large, "header_too_large",
        "request line and header fields may have at most " + std::to_string(limits.header_bytes) + " bytes together"};
  }
  if (failed.category() == make_error_code(http::error::bad_method).category() &&
      failed != http::error::end_of_stream && failed != http::error::partial_message) {
    return Refusal{Status::bad_request, "bad_request", "this is no valid HTTP/1.1 request: " + failed.message()};
  }
  return std::nullopt;
}

class HttpSession {
 public:
  HttpSession(tcp::socket socket, std::shared_ptr<HttpThread> thread, std::shared_ptr<HttpHandler> handler,
              const HttpLimits& limits)
      : thread_(std::move(thread)),
        handler_(std::move(handler)),
        limits_(limits),
        place_(thread_),
        guarded_(std::move(socket)) {
    thread_->deadlines.add(guarded_);
    error_code ignored;
    guarded_.socket().set_option(tcp::no_delay(true), ignored);
    guarded_.socket().non_blocking(true, ignored);  // what can be done at once is done without a turn of the scheduler
    endpoint_ = guarded_.socket().remote_endpoint(ignored);
  }
  HttpSession(const HttpSession&) = delete;

  asio::awaitable<void> run() {
    // Not `while (co_await …)`: g++ 12 makes an illegal instruction of that.
    for (bool open = true; open;) open = co_await serve_one();
  }

 private:
  // True where the connection stays open for another request.
  asio::awaitable<bool> serve_one() {
    Parser parser;
    parser.header_limit(limits_.header_bytes);
    parser.body_limit(limits_.body_bytes);
    if (const auto failed = co_await read(parser)) {
      if (const auto refused = refusal_of(failed, limits_)) {
        co_await write(error_reply(refused->status, refused->code, refused->message), Parser(), false);
        co_await linger();
      }
      co_return false;
    }
    guarded_.never_expires();
    const bool keep = parser.get().keep_alive() && parser.get().version() >= 11 && !thread_->draining;
    if (auto reply = handler_->at_hand(parser.get())) co_return co_await write(*reply, parser, keep);

    Answer answer = co_await handled(parser.get());
    if (auto* reply = std::get_if<Reply>(&answer)) co_return co_await write(*reply, parser, keep);
    buffer_.clear();
    buffer_.shrink_to_fit();
    parser.release();  // a stream may last for days: keep nothing of its request
    Peer peer(guarded_, place_, limits_.write);
    co_await std::get<Conversation>(answer)(peer);
    error_code ignored;
    guarded_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    co_return false;
  }

  asio::awaitable<error_code> read(Parser& parser) {
    if (buffer_.size() == 0) {
      // Awaiting the first bytes alone lets an idle connection have the long deadline and a slow request the short.
      guarded_.expires_after(limits_.idle);
      guarded_.set_idle(true);
      const auto [failed, bytes] = co_await guarded_.socket().async_read_some(buffer_.prepare(kFirstRead), kTuple);
      guarded_.set_idle(false);
      if (failed) co_return failed;
      buffer_.commit(bytes);
    }
    if (const auto failed = parse_at_hand(parser); failed != http::error::need_more) {
      if (failed || parser.is_done()) co_return failed;
    }
    guarded_.expires_after(limits_.request);
    auto [failed, header_bytes] = co_await http::async_read_header(guarded_.socket(), buffer_, parser, kTuple);
    if (failed) co_return failed;
    if (parser.get()[http::field::expect] == "100-continue") {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      const auto [refused, sent] = co_await asio::async_write(guarded_.socket(), asio::buffer(kContinue), kTuple);
      if (refused) co_return refused;
    }
    if (parser.is_done()) co_return error_code();
    auto [broken, body_bytes] = co_await http::async_read(guarded_.socket(), buffer_, parser, kTuple);
    co_return broken;
  }

  // The header as far as it has come; most requests are there whole by the first read.
  error_code parse_at_hand(Parser& parser) {
    error_code failed;
    buffer_.consume(parser.put(buffer_.data(), failed));
    return failed;
  }

  asio::awaitable<Answer> handled(Request& request) {
    std::string error;
    try {
      co_return co_await handler_->handle(request, endpoint_);
    } catch (const std::exception& thrown) {
      error = thrown.what();
    }
    log::error("request_failed", {{"method", std::string(request.method_string())},
                                  {"target", std::string(request.target().substr(0, request.target().find('?')))},
                                  {"error", error}});
    co_return error_reply(Status::internal_server_error, "internal",
                          "the service failed to answer this request; its log tells why. Try again.");
  }

  asio::awaitable<bool> write(const Reply& reply, const Parser& parser, bool keep) {
    const bool head_only = parser.get().method() == http::verb::head;
    tail_.assign(reply.extra).append(thread_->date_line()).append(keep ? "\r\n" : "Connection: close\r\n\r\n");
    const std::array<asio::const_buffer, 3> buffers{asio::buffer(reply.head), asio::buffer(tail_),
                                                    asio::buffer(head_only ? std::string_view() : reply.body)};
    error_code failed;
    const std::size_t sent = guarded_.socket().write_some(buffers, failed);
    if (failed && failed != asio::error::would_block) co_return false;
    if (sent == boost::beast::buffer_bytes(buffers)) co_return keep;
    boost::beast::buffers_suffix rest(buffers);
    rest.consume(sent);
    guarded_.expires_after(limits_.write);
    const auto [refused, bytes] = co_await asio::async_write(guarded_.socket(), rest, kTuple);
    co_return !refused && keep;
  }

  // Lets a peer that is still sending read our refusal: closing at once would reset the connection under it.
  asio::awaitable<void> linger() {
    guarded_.expires_after(std::chrono::seconds(2));
    error_code ignored;
    guarded_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    std::array<char, 4096> rest{};
    for (std::uint64_t taken = 0; taken < 16 * limits_.body_bytes;) {
      const auto [failed, bytes] = co_await guarded_.socket().async_read_some(asio::buffer(rest), kTuple);
      if (failed) co_return;
      taken += bytes;
    }
  }

  std::shared_ptr<HttpThread> thread_;
  std::shared_ptr<HttpHandler> handler_;
  const HttpLimits& limits_;
  Place place_;
  Guarded guarded_;
  tcp::endpoint endpoint_;
  boost::beast::flat_buffer buffer_;
  std::string tail_;
};

asio::awaitable<void> run_session(std::unique_ptr<HttpSession> session) {
  // A peer that leaves in the middle is everyday life; anything else was logged where it was decided.
  try {
    co_await session->run();
  } catch (const boost::system::system_error&) {
  }
}

}  // namespace

Place::Place(std::shared_ptr<HttpThread> thread) : thread_(std::move(thread)) { ++thread_->connections; }

Place::~Place() {
  if (thread_) --thread_->connections;
}

std::string_view HttpThread::date_line() {
  const std::time_t second = std::time(nullptr);
  if (second != date_second) {
    date_second = second;
    date = "Date: " + http_time(std::chrono::system_clock::from_time_t(second)) + "\r\n";
  }
  return date;
}

void start_http_session(tcp::socket socket, std::shared_ptr<HttpThread> thread, std::shared_ptr<HttpHandler> handler,
                        const HttpLimits& limits) {
  auto session = std::make_unique<HttpSession>(std::move(socket), thread, std::move(handler), limits);
  asio::co_spawn(thread->context, run_session(std::move(session)), [](std::exception_ptr thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      log::error("session_failed", {{"error", error.what()}});
    }
  });
}

}  // namespace suite
