// The floor of all fan-out: one thread, epoll, one buffer, and a send() of it to each subscriber.
//
//   bench_floor_broadcaster PORT
//
// GET is answered with an event stream, whatever the target; the body of a POST becomes an event of all streams. No
// more of HTTP is understood than the load tool speaks. A subscriber that does not take an event at once is dropped.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "tests/bench/poll.hpp"

namespace {

using namespace bench;

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
constexpr std::string_view kTaken = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

class Broadcaster {
 public:
  void subscribe(int descriptor) { subscribers_.push_back(descriptor); }
  void leave(int descriptor) { std::erase(subscribers_, descriptor); }

  void broadcast(std::string_view body) {
    frame_.assign("data: ").append(body).append("\n\n");
    for (const int descriptor : subscribers_) {
      if (send(descriptor, frame_.data(), frame_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(frame_.size())) {
        shutdown(descriptor, SHUT_RDWR);
      }
    }
  }

 private:
  std::vector<int> subscribers_;
  std::string frame_;
};

class Session final : public Ready {
 public:
  Session(Socket socket, Broadcaster& broadcaster, std::vector<int>& gone)
      : socket_(std::move(socket)), broadcaster_(broadcaster), gone_(gone) {}

  void ready() override {
    char more[16384];
    ssize_t count = 0;
    while ((count = recv(*socket_, more, sizeof more, 0)) > 0) text_.append(more, static_cast<std::size_t>(count));
    if (count == 0 || errno != EAGAIN) return leave();
    while (const auto size = request_size()) {
      answer(std::string_view(text_).substr(0, *size));
      text_.erase(0, *size);
    }
    text_.shrink_to_fit();
  }

 private:
  void leave() {
    broadcaster_.leave(*socket_);
    gone_.push_back(*socket_);
  }

  std::optional<std::size_t> request_size() const {
    static constexpr std::string_view kLength = "Content-Length: ";
    const auto end = text_.find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    std::size_t length = 0;
    if (const auto at = text_.find(kLength); at < end) {
      std::from_chars(text_.data() + at + kLength.size(), text_.data() + end, length);
    }
    return end + 4 + length <= text_.size() ? std::optional(end + 4 + length) : std::nullopt;
  }

  void answer(std::string_view request) {
    const bool subscribes = request.starts_with("GET");
    send_whole(*socket_, subscribes ? kHead : kTaken);
    if (subscribes) return broadcaster_.subscribe(*socket_);
    broadcaster_.broadcast(request.substr(request.find("\r\n\r\n") + 4));
  }

  Socket socket_;
  Broadcaster& broadcaster_;
  std::vector<int>& gone_;
  std::string text_;
};

class Acceptor final : public Ready {
 public:
  Acceptor(std::uint16_t port, Poll& poll) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)), poll_(poll) {
    const auto address = loopback(port);
    const int yes = 1;
    setsockopt(*socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(*socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw failure("bind");
    listen(*socket_, 4096);
    poll_.add(*socket_, *this);
  }

  void ready() override {
    for (int descriptor = 0; (descriptor = accept4(*socket_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      const int yes = 1;
      setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      auto& session = sessions_[descriptor] = std::make_unique<Session>(Socket(descriptor), broadcaster_, gone_);
      poll_.add(descriptor, *session);
    }
  }

  // Between two rounds of events, when nobody is being called.
  void forget_who_is_gone() {
    for (const int descriptor : gone_) sessions_.erase(descriptor);
    gone_.clear();
  }

 private:
  Socket socket_;
  Poll& poll_;
  Broadcaster broadcaster_;
  std::vector<int> gone_;
  std::unordered_map<int, std::unique_ptr<Session>> sessions_;
};

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: bench_floor_broadcaster PORT\n");
    return 2;
  }
  try {
    Poll poll;
    Acceptor acceptor(static_cast<std::uint16_t>(std::stoi(words[1])), poll);
    for (;; acceptor.forget_who_is_gone()) poll.run(1'000'000'000, [] {});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_floor_broadcaster: %s\n", error.what());
    return 1;
  }
}
