#include "common/http_session.hpp"

#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <ctime>

#include "common/log.hpp"
#include "common/time_text.hpp"

namespace suite {
namespace {

using Parser = http::request_parser<http::string_body>;

constexpr std::size_t kFirstRead = 4096;
constexpr std::size_t kAnswersAtOnce = 16;

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

class HttpSession : public std::enable_shared_from_this<HttpSession> {
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

  // Until the connection waits for something, or ends.
  void go_on() {
    try {
      answer_at_hand();
    } catch (...) {
      log_failure(std::current_exception());
    }
  }

 private:
  struct Answered {
    Reply reply;
    std::size_t tail_begin;  // in `tails_`, up to the next one's
    bool head_only;
  };

  // The hot path: requests that have come whole, and whose answers are at hand, are answered here, those that came
  // together by one write. Any other is served by a coroutine, which goes on here.
  void answer_at_hand() {
    while (buffer_.size() > 0) {
      begin_request();
      parsed_ = parse_at_hand();
      auto reply = parsed_ || !parser_->is_done() ? std::nullopt : handler_->at_hand(parser_->get());
      if (!reply) return run(serve_one());
      add(std::move(*reply), stays_open());
      if (!keep_ || answers_.size() == kAnswersAtOnce) break;
    }
    if (!write_at_once()) return run(write_rest());
    if (!keep_) return;
    // The others' turn: and by ours, a busy client's next request has often come, and is read without a wait.
    asio::post(thread_->context, [self = shared_from_this()] { self->take_turn(); });
  }

  void take_turn() {
    if (buffer_.size() > 0) return go_on();
    await_request();
  }

  void await_request() {
    if (thread_->draining) return;
    parser_.reset();
    guarded_.expires_after(limits_.idle);
    guarded_.set_idle(true);
    guarded_.socket().async_read_some(buffer_.prepare(kFirstRead),
                                      [self = shared_from_this()](error_code failed, std::size_t bytes) {
                                        self->guarded_.set_idle(false);
                                        if (failed) return;
                                        self->buffer_.commit(bytes);
                                        self->go_on();
                                      });
  }

  void begin_request() {
    parser_.emplace();
    parser_->header_limit(limits_.header_bytes);
    parser_->body_limit(limits_.body_bytes);
  }

  // The header as far as it has come; most requests are there whole by the first read.
  error_code parse_at_hand() {
    error_code failed;
    buffer_.consume(parser_->put(buffer_.data(), failed));
    return failed;
  }

  bool stays_open() const {
    const Request& request = parser_->get();
    return request.keep_alive() && request.version() >= 11 && !thread_->draining;
  }

  void add(Reply reply, bool keep) {
    keep_ = keep;
    const std::size_t tail_begin = tails_.size();
    tails_.append(reply.extra).append(thread_->date_line());
    tails_.append(keep ? "\r\n" : "Connection: close\r\n\r\n");
    answers_.push_back({std::move(reply), tail_begin, parser_->get().method() == http::verb::head});
  }

  // True where the socket has taken all answers, or has failed and takes none; else `unsent_` is what is left of them.
  bool write_at_once() {
    if (answers_.empty()) return true;
    unsent_.clear();
    for (std::size_t i = 0; i < answers_.size(); ++i) {
      const Answered& answered = answers_[i];
      const std::size_t tail_end = i + 1 < answers_.size() ? answers_[i + 1].tail_begin : tails_.size();
      unsent_.push_back(asio::buffer(answered.reply.head));
      unsent_.push_back(asio::buffer(tails_.data() + answered.tail_begin, tail_end - answered.tail_begin));
      if (!answered.head_only) unsent_.push_back(asio::buffer(answered.reply.body));
    }
    error_code failed;
    std::size_t sent = guarded_.socket().write_some(unsent_, failed);
    const bool broken = failed && failed != asio::error::would_block;
    if (broken || sent == boost::beast::buffer_bytes(unsent_)) {
      if (broken) keep_ = false;
      forget_answers();
      return true;
    }
    for (auto& buffer : unsent_) {
      const std::size_t taken = std::min(sent, buffer.size());
      buffer += taken;
      sent -= taken;
    }
    return false;
  }

  void forget_answers() {
    answers_.clear();
    tails_.clear();
  }

  void run(asio::awaitable<bool> work) {
    asio::co_spawn(thread_->context, std::move(work),
                   [self = shared_from_this()](std::exception_ptr thrown, bool open) {
                     if (thrown) return log_failure(thrown);
                     if (open) self->go_on();
                   });
  }

  // A peer that leaves in the middle is everyday life; anything else was logged where it was decided.
  static void log_failure(const std::exception_ptr& thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const boost::system::system_error&) {
    } catch (const std::exception& error) {
      log::error("session_failed", {{"error", error.what()}});
    }
  }

  // True where the connection stays open for another request.
  asio::awaitable<bool> serve_one() {
    const bool open = co_await write();  // what was asked for before
    if (!open) co_return false;
    const auto failed = co_await read();
    if (failed) {
      if (const auto refused = refusal_of(failed, limits_)) {
        begin_request();  // of what could not be read nothing counts
        add(error_reply(refused->status, refused->code, refused->message), false);
        co_await write();
        co_await linger();
      }
      co_return false;
    }
    guarded_.never_expires();
    Answer answer = co_await handled(parser_->get());
    if (auto* reply = std::get_if<Reply>(&answer)) {
      add(std::move(*reply), stays_open());
      co_return co_await write();
    }
    parser_.reset();  // a stream may last for days: keep nothing of its request
    buffer_.clear();
    buffer_.shrink_to_fit();
    Peer peer(guarded_, place_, limits_.write);
    co_await std::get<Conversation>(answer)(peer);
    error_code ignored;
    guarded_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    co_return false;
  }

  // The rest of a request whose first bytes are parsed.
  asio::awaitable<error_code> read() {
    if (parsed_ && parsed_ != http::error::need_more) co_return parsed_;
    if (parser_->is_done()) co_return error_code();
    guarded_.expires_after(limits_.request);
    auto [failed, header_bytes] = co_await http::async_read_header(guarded_.socket(), buffer_, *parser_, kTuple);
    if (failed) co_return failed;
    if (parser_->get()[http::field::expect] == "100-continue") {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      const auto [refused, sent] = co_await asio::async_write(guarded_.socket(), asio::buffer(kContinue), kTuple);
      if (refused) co_return refused;
    }
    if (parser_->is_done()) co_return error_code();
    auto [broken, body_bytes] = co_await http::async_read(guarded_.socket(), buffer_, *parser_, kTuple);
    co_return broken;
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

  asio::awaitable<bool> write() {
    if (!write_at_once()) co_return co_await write_rest();
    co_return keep_;
  }

  asio::awaitable<bool> write_rest() {
    guarded_.expires_after(limits_.write);
    const auto [failed, sent] = co_await asio::async_write(guarded_.socket(), unsent_, kTuple);
    forget_answers();
    co_return !failed && keep_;
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
  std::optional<Parser> parser_;  // of the request that is being answered
  error_code parsed_;             // how far it was read at once
  bool keep_ = true;              // the connection after the answers
  std::vector<Answered> answers_;
  std::string tails_;
  std::vector<asio::const_buffer> unsent_;
};

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
  std::make_shared<HttpSession>(std::move(socket), std::move(thread), std::move(handler), limits)->go_on();
}

}  // namespace suite
