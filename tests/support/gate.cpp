#include "tests/support/gate.hpp"

#include <array>
#include <boost/asio/write.hpp>

namespace suite::test {
namespace {

// How soon a stalled connection notices that it may go on.
constexpr std::chrono::milliseconds kNap{20};

}  // namespace

// A connection and its other half.
struct Gate::Link {
  explicit Link(asio::io_context& context) : client(context), server(context) {}

  void close() {
    error_code ignored;
    client.close(ignored);
    server.close(ignored);
  }

  tcp::socket client, server;
  bool lost = false;  // bytes were swallowed
};

Gate::Gate(std::uint16_t target)
    : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}),
      target_(asio::ip::address_v4::loopback(), target),
      port_(acceptor_.local_endpoint().port()) {
  accept();
  thread_ = std::thread([this] { context_.run(); });
}

Gate::~Gate() {
  context_.stop();
  thread_.join();
}

void Gate::accept() {
  auto link = std::make_shared<Link>(context_);
  acceptor_.async_accept(link->client, [this, link](error_code failed) {
    if (failed) return;
    error_code refused;
    link->server.connect(target_, refused);
    link->lost = mode_ == Mode::swallow;
    if (!refused) {
      pump(link, link->client, link->server);
      pump(link, link->server, link->client);
    }
    accept();
  });
}

// Waits for bytes without taking them, so that a stall takes none.
void Gate::pump(const std::shared_ptr<Link>& link, tcp::socket& from, tcp::socket& to) {
  from.async_wait(tcp::socket::wait_read, [this, link, &from, &to](error_code failed) {
    if (failed) return link->close();
    if (mode_ != Mode::stall) return pass(link, from, to);
    auto nap = std::make_shared<asio::steady_timer>(context_, kNap);
    nap->async_wait([this, link, &from, &to, nap](error_code) { pump(link, from, to); });
  });
}

void Gate::pass(const std::shared_ptr<Link>& link, tcp::socket& from, tcp::socket& to) {
  auto bytes = std::make_shared<std::array<char, 65536>>();
  error_code ended;
  const auto size = from.read_some(asio::buffer(*bytes), ended);
  if (mode_ == Mode::swallow) link->lost = true;
  if (ended && !link->lost) return link->close();
  if (ended) return;  // nobody is told
  if (link->lost) return pump(link, from, to);
  asio::async_write(to, asio::buffer(*bytes, size), [this, link, bytes, &from, &to](error_code failed, std::size_t) {
    if (failed) return link->close();
    pump(link, from, to);
  });
}

}  // namespace suite::test
