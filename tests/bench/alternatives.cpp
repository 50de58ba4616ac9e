// Ways to serve a cached answer, to be measured beside ours: each answers every request with the same 2 KiB.
//
//   bench_alternatives WAY THREADS PORT
//
//   ours        the services' server and session
//   reuseport   the same session; each thread accepts for itself (SO_REUSEPORT)
//   bare        the session without deadlines, bounds and refusals, from which those below differ in one point each
//   awaited     reads and writes are asynchronous operations only
//   prebuilt    head and body are one buffer, made anew each second for its Date
//   serializer  each request has a response of Beast's, filled in and serialized, and awaits as above
//   shared      one io_context for all threads, a strand for each connection
//
// bench_alternatives_io_uring is the same with Asio's io_uring back end instead of epoll.
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/strand.hpp>
#include <boost/beast/core/buffers_suffix.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "common/http_server.hpp"
#include "common/time_text.hpp"

namespace {

namespace asio = suite::asio;
namespace http = suite::http;
using suite::error_code;
using suite::kTuple;
using suite::Reply;
using suite::tcp;

const std::string kType = "application/json";
const std::string kBody(2048, 'x');

// As an edge answers: what is cached, and a field that differs from answer to answer.
Reply answer() {
  static const Reply cached = suite::make_reply(
      suite::Status::ok, kType, kBody,
      {{"Cache-Control", "no-cache"}, {"Vary", "Accept, Accept-Encoding"}, {"ETag", "\"0123456789abcdef.1000\""}});
  Reply reply = cached;
  reply.extra = "Edge-Staleness-Ms: 0\r\n";
  return reply;
}

struct Today {  // of one thread
  std::string date;
  std::shared_ptr<const std::string> prebuilt;

  static const Today& now() {
    thread_local Today today;
    thread_local std::time_t second = 0;
    if (const auto time = std::time(nullptr); time != second) {
      second = time;
      today.date = suite::http_time(std::chrono::system_clock::from_time_t(time));
      const Reply reply = answer();
      std::string all(reply.head);
      all.append(reply.extra).append("Date: ").append(today.date).append("\r\n\r\n").append(reply.body);
      today.prebuilt = std::make_shared<const std::string>(std::move(all));
    }
    return today;
  }
};

class Handler final : public suite::HttpHandler {
 public:
  std::optional<Reply> at_hand(const suite::Request&) override { return answer(); }
  asio::awaitable<suite::Answer> handle(suite::Request&, const tcp::endpoint&) override {
    suite::Answer reply = answer();
    co_return reply;
  }
};

enum class Way { at_once, awaited, prebuilt, serializer };

class Bare {
 public:
  Bare(tcp::socket socket, Way way) : socket_(std::move(socket)), way_(way) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(at_once(), ignored);
  }

  asio::awaitable<void> run() {
    for (bool open = true; open;) open = co_await serve_one();
  }

 private:
  using Parser = http::request_parser<http::string_body>;

  bool at_once() const { return way_ == Way::at_once || way_ == Way::prebuilt; }

  asio::awaitable<bool> serve_one() {
    Parser parser;
    error_code failed = co_await read(parser);
    if (failed) co_return false;
    const bool keep = parser.get().keep_alive();
    failed = co_await write(keep);
    co_return !failed && keep;
  }

  asio::awaitable<error_code> read(Parser& parser) {
    if (at_once()) {
      if (buffer_.size() == 0) {
        const auto [failed, bytes] = co_await socket_.async_read_some(buffer_.prepare(4096), kTuple);
        if (failed) co_return failed;
        buffer_.commit(bytes);
      }
      error_code failed;
      buffer_.consume(parser.put(buffer_.data(), failed));
      if (parser.is_done() || (failed && failed != http::error::need_more)) co_return failed;
    }
    const auto [failed, bytes] = co_await http::async_read(socket_, buffer_, parser, kTuple);
    co_return failed;
  }

  asio::awaitable<error_code> write(bool keep) {
    if (way_ == Way::serializer) co_return co_await serialize(keep);
    if (way_ == Way::prebuilt) {
      const auto whole = Today::now().prebuilt;
      const auto buffer = asio::buffer(*whole);
      co_return co_await write_at_once(buffer);
    }
    const Reply reply = answer();
    tail_.assign(reply.extra).append("Date: ").append(Today::now().date);
    tail_.append(keep ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
    const std::array<asio::const_buffer, 3> pieces{asio::buffer(reply.head), asio::buffer(tail_),
                                                   asio::buffer(reply.body)};
    if (way_ == Way::at_once) co_return co_await write_at_once(pieces);
    const auto [failed, sent] = co_await asio::async_write(socket_, pieces, kTuple);
    co_return failed;
  }

  template <typename Buffers>
  asio::awaitable<error_code> write_at_once(const Buffers& buffers) {
    error_code failed;
    boost::beast::buffers_suffix rest(buffers);
    rest.consume(socket_.write_some(buffers, failed));
    if (failed && failed != asio::error::would_block) co_return failed;
    if (boost::beast::buffer_bytes(rest) == 0) co_return error_code();
    const auto [refused, sent] = co_await asio::async_write(socket_, rest, kTuple);
    co_return refused;
  }

  asio::awaitable<error_code> serialize(bool keep) {
    http::response<http::string_body> response(http::status::ok, 11, kBody);
    response.set(http::field::content_type, kType);
    response.set(http::field::cache_control, "no-cache");
    response.set(http::field::vary, "Accept, Accept-Encoding");
    response.set(http::field::etag, "\"0123456789abcdef.1000\"");
    response.set("Edge-Staleness-Ms", "0");
    response.set(http::field::date, Today::now().date);
    response.keep_alive(keep);
    response.prepare_payload();
    const auto [failed, sent] = co_await http::async_write(socket_, response, kTuple);
    co_return failed;
  }

  tcp::socket socket_;
  const Way way_;
  boost::beast::flat_buffer buffer_;
  std::string tail_;
};

asio::awaitable<void> run_bare(std::unique_ptr<Bare> session) { co_await session->run(); }

tcp::acceptor listen_on(asio::io_context& context, std::uint16_t port, bool beside_others = false) {
  tcp::acceptor acceptor(context, tcp::v4());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  const int on = 1;
  if (beside_others) setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  acceptor.bind({asio::ip::address_v4::loopback(), port});
  acceptor.listen(4096);
  return acceptor;
}

// A connection belongs to the executor that `next` says, and is begun by `begin`.
template <typename Next, typename Begin>
asio::awaitable<void> accept(tcp::acceptor acceptor, Next next, Begin begin) {
  for (;;) {
    const asio::any_io_executor executor = next();
    auto [failed, socket] = co_await acceptor.async_accept(executor, kTuple);
    if (!failed) begin(std::move(socket));
  }
}

void begin_bare(tcp::socket socket, Way way) {
  const auto executor = socket.get_executor();
  asio::co_spawn(executor, run_bare(std::make_unique<Bare>(std::move(socket), way)), asio::detached);
}

[[noreturn]] void serve_shared(std::size_t count, std::uint16_t port) {
  asio::io_context context;
  const auto next = [&context] { return asio::make_strand(context); };
  const auto begin = [](tcp::socket socket) { begin_bare(std::move(socket), Way::at_once); };
  asio::co_spawn(context, accept(listen_on(context, port), next, begin), asio::detached);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back([&context] { context.run(); });
  for (;;) pause();
}

[[noreturn]] void serve_bare(suite::IoThreads& threads, std::uint16_t port, Way way) {
  const auto next = [&threads, turn = std::size_t{0}]() mutable {
    return threads[turn++ % threads.size()].get_executor();
  };
  const auto begin = [way](tcp::socket socket) { begin_bare(std::move(socket), way); };
  asio::co_spawn(threads[0], accept(listen_on(threads[0], port), next, begin), asio::detached);
  threads.start();
  for (;;) pause();
}

[[noreturn]] void serve_reuseport(suite::IoThreads& threads, std::uint16_t port) {
  const suite::HttpLimits limits;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    auto& context = threads[i];
    const auto shared = std::make_shared<suite::HttpThread>(context);
    const auto next = [&context] { return context.get_executor(); };
    const auto begin = [&limits, shared, handler = std::make_shared<Handler>()](tcp::socket socket) {
      suite::start_http_session(std::move(socket), shared, handler, limits);
    };
    asio::post(context, [shared] { shared->deadlines.start(); });
    asio::co_spawn(context, accept(listen_on(context, port, true), next, begin), asio::detached);
  }
  threads.start();
  for (;;) pause();
}

[[noreturn]] void serve_ours(suite::IoThreads& threads, std::uint16_t port) {
  suite::HttpServer server(threads, "127.0.0.1", port, {}, [](std::size_t) { return std::make_shared<Handler>(); });
  server.start();
  threads.start();
  for (;;) pause();
}

}  // namespace

int main(int count, char** words) {
  const std::string_view way = count == 4 ? words[1] : "";
  const auto threads = static_cast<std::size_t>(count == 4 ? std::atoi(words[2]) : 0);
  const auto port = static_cast<std::uint16_t>(count == 4 ? std::atoi(words[3]) : 0);
  suite::IoThreads io(threads);
  if (way == "ours") serve_ours(io, port);
  if (way == "reuseport") serve_reuseport(io, port);
  if (way == "shared") serve_shared(threads, port);
  if (way == "bare") serve_bare(io, port, Way::at_once);
  if (way == "awaited") serve_bare(io, port, Way::awaited);
  if (way == "prebuilt") serve_bare(io, port, Way::prebuilt);
  if (way == "serializer") serve_bare(io, port, Way::serializer);
  std::fputs("usage: bench_alternatives WAY THREADS PORT\n", stderr);
  return 2;
}
