// Listens on one port and deals the connections out to the io threads in turn.
//
// Owner     main, after the IoThreads it is given.
// Threads   start(), drain() and close() from main's thread; the rest runs on the io threads.
// Bounds    Beyond `limits.connections` over all threads a new connection is answered 503 and closed.
// Drain     drain() stops accepting; a connection ends with the answer it is in, idle ones at once.
#pragma once

#include <functional>

#include "common/http_session.hpp"
#include "common/io_threads.hpp"

namespace suite {

class HttpServer {
 public:
  using MakeHandler = std::function<std::shared_ptr<HttpHandler>(std::size_t thread)>;

  // Binds at once; throws std::runtime_error that names the address and what is wrong with it.
  HttpServer(IoThreads& threads, const std::string& address, std::uint16_t port, const HttpLimits& limits,
             const MakeHandler& make_handler);
  ~HttpServer();

  void start();
  void drain();
  void close();  // ends what is left after a drain, in the middle of whatever it is in
  std::uint16_t port() const { return port_; }
  std::size_t connections() const;

 private:
  asio::awaitable<void> accept();

  IoThreads& io_;
  HttpLimits limits_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::vector<std::shared_ptr<HttpThread>> threads_;
  std::vector<std::shared_ptr<HttpHandler>> handlers_;
};

}  // namespace suite
