// The client with which the web service asks the edges, against a server that behaves as the test wants.
#include <gtest/gtest.h>

#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <memory>

#include "common/http_client.hpp"

namespace suite {
namespace {

using namespace std::chrono_literals;

// Accepts connections and lets `serve` do what it wants with each, on the same thread as the client.
class Server {
 public:
  using Serve = std::function<asio::awaitable<void>(tcp::socket)>;

  Server(asio::io_context& context, Serve serve)
      : acceptor_(context, {asio::ip::address_v4::loopback(), 0}), serve_(std::move(serve)) {
    asio::co_spawn(context, accept(), asio::detached);
  }

  HttpAddress address() const {
    const auto port = std::to_string(acceptor_.local_endpoint().port());
    return {"127.0.0.1", port, "127.0.0.1:" + port};
  }
  int accepted() const { return accepted_; }
  void stop() { acceptor_.close(); }

 private:
  asio::awaitable<void> accept() {
    for (;;) {
      auto [failed, socket] = co_await acceptor_.async_accept(kTuple);
      if (failed) co_return;
      ++accepted_;
      asio::co_spawn(acceptor_.get_executor(), serve_(std::move(socket)), asio::detached);
    }
  }

  tcp::acceptor acceptor_;
  Serve serve_;
  int accepted_ = 0;
};

// The head of the next request, or nothing where the client is gone.
asio::awaitable<std::string> next_head(tcp::socket& socket, std::string& buffer) {
  const auto [failed, length] =
      co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", kTuple);
  std::string head = failed ? std::string() : buffer.substr(0, length);
  if (!failed) buffer.erase(0, length);
  co_return head;
}

Server::Serve answers(std::string bytes, int most = 1000) {
  return [bytes, most](tcp::socket socket) -> asio::awaitable<void> {
    std::string buffer;
    for (int i = 0; i < most; ++i) {
      const std::string head = co_await next_head(socket, buffer);
      if (head.empty()) co_return;
      co_await asio::async_write(socket, asio::buffer(bytes), kTuple);
    }
  };
}

asio::awaitable<void> never_answers(tcp::socket socket) {
  asio::steady_timer timer(socket.get_executor(), 1h);
  co_await timer.async_wait(kTuple);
}

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Word: yes\r\n\r\nok";
const std::string kUnavailable = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno";

class HttpClientTest : public ::testing::Test {
 protected:
  HttpClient::Result ask(HttpClient& client, ClientRequest request = {}) {
    if (request.target.empty()) request.target = "/";
    HttpClient::Result result = ClientFailure{};
    bool answered = false;
    asio::co_spawn(context, client.send(std::move(request)), [&](std::exception_ptr thrown, HttpClient::Result reply) {
      EXPECT_FALSE(thrown);
      result = std::move(reply);
      answered = true;
    });
    while (!answered) context.run_one();
    return result;
  }

  HttpAddress nobody() {
    tcp::acceptor closed(context, {asio::ip::address_v4::loopback(), 0});
    const auto port = std::to_string(closed.local_endpoint().port());
    return {"127.0.0.1", port, "127.0.0.1:" + port};
  }

  asio::io_context context{1};
};

TEST_F(HttpClientTest, AConnectionServesManyRequests) {
  Server server(context, answers(kOk));
  HttpClient client(context, {server.address()});
  for (int i = 0; i < 5; ++i) {
    const auto reply = ask(client);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200U);
    EXPECT_EQ(reply->body, "ok");
    EXPECT_EQ(reply->fields["X-Word"], "yes");
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpClientTest, AConnectionClosedWhileIdleIsReplacedInSilence) {
  Server server(context, answers(kOk, 1));
  HttpClient client(context, {server.address()});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask(client));
  EXPECT_EQ(server.accepted(), 3);
}

TEST_F(HttpClientTest, WhatMustNotBeSentTwiceGetsAFreshConnection) {
  Server server(context, answers(kOk));
  HttpClient client(context, {server.address()});
  ClientRequest request;
  request.repeatable = false;
  EXPECT_TRUE(ask(client, request));
  EXPECT_TRUE(ask(client, request));
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(HttpClientTest, TheNextAddressIsTriedAndRemembered) {
  Server full(context, answers(kUnavailable));
  Server good(context, answers(kOk));
  HttpClient client(context, {nobody(), full.address(), good.address()});
  EXPECT_EQ(ask(client)->status, 200U);
  EXPECT_EQ(ask(client)->status, 200U);
  EXPECT_EQ(full.accepted(), 1);
}

TEST_F(HttpClientTest, ASilentAddressLeavesTimeForTheNext) {
  Server silent(context, never_answers);
  Server good(context, answers(kOk));
  HttpClientLimits limits;
  limits.attempt = 100ms;
  HttpClient client(context, {silent.address(), good.address()}, limits);
  EXPECT_EQ(ask(client)->status, 200U);
  EXPECT_EQ(ask(client)->status, 200U);
  EXPECT_EQ(silent.accepted(), 1);
}

TEST_F(HttpClientTest, WhereNobodyHasBetterTheLastAnswerCounts) {
  Server full(context, answers(kUnavailable));
  HttpClient client(context, {nobody(), full.address()});
  EXPECT_EQ(ask(client)->status, 503U);
}

TEST_F(HttpClientTest, NobodyThereIsUnreachable) {
  HttpClient client(context, {nobody()});
  const auto reply = ask(client);
  ASSERT_TRUE(reply.has_error());
  EXPECT_EQ(reply.error().kind, ClientFailure::Kind::unreachable);
  EXPECT_NE(reply.error().what.find("127.0.0.1:"), std::string::npos);
}

TEST_F(HttpClientTest, SilenceEndsAtTheLimit) {
  Server server(context, never_answers);
  HttpClient client(context, {server.address()});
  ClientRequest request;
  request.limit = 100ms;
  const auto begun = Clock::now();
  const auto reply = ask(client, request);
  ASSERT_TRUE(reply.has_error());
  EXPECT_EQ(reply.error().kind, ClientFailure::Kind::timed_out);
  EXPECT_LT(Clock::now() - begun, 2s);
}

TEST_F(HttpClientTest, AnAnswerTooLargeIsRefused) {
  Server server(context, answers("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x')));
  HttpClientLimits limits;
  limits.body_bytes = 99;
  HttpClient client(context, {server.address()}, limits);
  EXPECT_EQ(ask(client).error().kind, ClientFailure::Kind::too_large);
}

TEST_F(HttpClientTest, AnAnswerCutShortIsNone) {
  Server server(context, answers("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", 1));
  HttpClient client(context, {server.address()});
  EXPECT_EQ(ask(client).error().kind, ClientFailure::Kind::broken);
}

TEST_F(HttpClientTest, WhatIsNoHttpIsBroken) {
  Server server(context, answers("what?\r\n\r\n"));
  HttpClient client(context, {server.address()});
  EXPECT_EQ(ask(client).error().kind, ClientFailure::Kind::broken);
}

TEST_F(HttpClientTest, ANameIsResolved) {
  Server server(context, answers(kOk));
  auto address = server.address();
  address.host = "localhost";
  HttpClient client(context, {address});
  EXPECT_TRUE(ask(client));
}

TEST_F(HttpClientTest, RequestsUnderWayAreBounded) {
  Server server(context, never_answers);
  HttpClientLimits limits;
  limits.requests = 1;
  HttpClient client(context, {server.address()}, limits);
  ClientRequest held;
  held.limit = 300ms;
  held.target = "/";
  bool ended = false;
  asio::co_spawn(context, client.send(held), [&](std::exception_ptr, HttpClient::Result) { ended = true; });
  context.run_one();
  EXPECT_EQ(ask(client).error().kind, ClientFailure::Kind::busy);
  while (!ended) context.run_one();
}

}  // namespace
}  // namespace suite
