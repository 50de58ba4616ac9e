#include "common/http_server.hpp"

#include "common/log.hpp"

namespace suite {
namespace {

tcp::acceptor listen_on(asio::io_context& context, const std::string& address, std::uint16_t port) {
  const std::string where = address + ":" + std::to_string(port);
  error_code failed;
  const auto ip = asio::ip::make_address(address, failed);
  if (failed) throw std::runtime_error("\"" + address + "\" is no IP address to listen on");
  tcp::acceptor acceptor(context);
  const tcp::endpoint endpoint(ip, port);
  acceptor.open(endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.bind(endpoint, failed);
  if (failed) throw std::runtime_error("cannot listen on " + where + ": " + failed.message());
  acceptor.listen(4096);
  return acceptor;
}

const std::string& refusal_when_full() {
  static const std::string bytes = [] {
    const Reply reply =
        error_reply(Status::service_unavailable, "too_many_connections", "this node is full; try again or elsewhere",
                    {{"Retry-After", "1"}, {"Connection", "close"}});
    return std::string(reply.head) + "\r\n" + std::string(reply.body);
  }();
  return bytes;
}

}  // namespace

HttpServer::HttpServer(IoThreads& threads, const std::string& address, std::uint16_t port, const HttpLimits& limits,
                       const MakeHandler& make_handler)
    : io_(threads), limits_(limits), acceptor_(listen_on(threads[0], address, port)) {
  port_ = acceptor_.local_endpoint().port();
  for (std::size_t i = 0; i < io_.size(); ++i) {
    threads_.push_back(std::make_shared<HttpThread>(io_[i]));
    handlers_.push_back(make_handler(i));
  }
}

HttpServer::~HttpServer() = default;

void HttpServer::start() {
  for (auto& thread : threads_) {
    asio::post(thread->context, [thread] { thread->deadlines.start(); });
  }
  asio::co_spawn(io_[0], accept(), asio::detached);
}

asio::awaitable<void> HttpServer::accept() {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (std::size_t turn = 0; acceptor_.is_open(); turn = (turn + 1) % threads_.size()) {
    auto [failed, socket] = co_await acceptor_.async_accept(threads_[turn]->context, kTuple);
    if (failed == asio::error::operation_aborted) co_return;
    if (failed) {  // out of descriptors, most likely: connections must end before another can begin
      log::warn("accept_failed", {{"error", failed.message()}});
      pause.expires_after(std::chrono::milliseconds(100));
      co_await pause.async_wait(kTuple);
      continue;
    }
    // `threads_` outlives every session's start: stop() of the IoThreads comes first.
    asio::post(threads_[turn]->context, [this, turn, connection = std::move(socket)]() mutable {
      auto& thread = threads_[turn];
      if (thread->connections * threads_.size() >= limits_.connections) {
        error_code ignored;
        connection.non_blocking(true, ignored);
        connection.write_some(asio::buffer(refusal_when_full()), ignored);
        return;
      }
      start_http_session(std::move(connection), thread, handlers_[turn], limits_);
    });
  }
}

void HttpServer::drain() {
  asio::post(io_[0], [this] {
    error_code ignored;
    acceptor_.close(ignored);
  });
  for (auto& thread : threads_) {
    thread->draining = true;
    asio::post(thread->context, [thread] { thread->deadlines.close_idle(); });
  }
}

void HttpServer::close() {
  for (auto& thread : threads_) {
    asio::post(thread->context, [thread] { thread->deadlines.close_all(); });
  }
}

std::size_t HttpServer::connections() const {
  std::size_t sum = 0;
  for (const auto& thread : threads_) sum += thread->connections;
  return sum;
}

}  // namespace suite
