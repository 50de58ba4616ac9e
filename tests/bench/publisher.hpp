// The publishing half of the load: numbered changes, each sent as an HTTP request when it is due.
//
// Schedule  Open: a change is due at its moment, answered or not what was sent before. It is sent on the first free of
//           several connections; its stamp is the moment at which it really was sent, and lateness() tells how far the
//           schedule was missed where none was free or this thread was busy.
// Last      The last change waits until all others are answered: whatever their order was, it is the newest.
// Failure   std::runtime_error where an answer is not 2xx.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "tests/bench/histogram.hpp"
#include "tests/bench/poll.hpp"
#include "tests/bench/stamp.hpp"

namespace bench {

struct Publication {
  std::string method, url, type, body;  // "{stamp}" in the body becomes the change's
  double rate = 5;                      // changes per second
  std::uint64_t count = 50;
  std::size_t connections = 1;
};

class Publisher {
 public:
  Publisher(Poll& poll, const Publication& what) : what_(what) {
    const Address address(what.url);
    const auto mark = what.body.find("{stamp}");
    if (mark == std::string::npos) throw std::runtime_error("the body has no {stamp}");
    const auto length = what.body.size() - 7 + kStampSize;
    before_ = what.method + " " + address.target + " HTTP/1.1\r\nHost: bench\r\nContent-Type: " + what.type +
              "\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" + what.body.substr(0, mark);
    after_ = what.body.substr(mark + 7);
    for (std::size_t i = 0; i < what.connections; ++i) connections_.emplace_back(poll, address.port);
  }

  void begin() { due_ = began_ = now_ns(); }

  // When the next change is due: to be called then.
  std::int64_t due() const { return due_; }
  void send_what_is_due(std::int64_t now) {
    while (now >= due_ && !all_sent()) {
      Connection* const free = take_free();
      if (!free) {
        due_ = now + 50'000;  // soon again
        return;
      }
      send_on(*free);
    }
  }

  // Nothing more is sent: for a server that will not come to an end.
  void stop() { what_.count = sent_.size(); }

  bool all_sent() const { return sent_.size() == what_.count; }
  bool all_answered() const { return all_sent() && answered() == what_.count; }
  // The moments at which the changes 1, 2, … were sent.
  const std::vector<std::int64_t>& sent() const { return sent_; }
  const Histogram& lateness() const { return lateness_; }

 private:
  class Connection final : public Ready {
   public:
    Connection(Poll& poll, std::uint16_t port) : poll_(poll), port_(port) { connect(); }

    bool free() const { return free_; }
    std::uint64_t answered() const { return answered_; }
    void send(std::string request) {
      free_ = false;
      answer_.clear();
      request_ = std::move(request);
      send_whole(*socket_, request_);
    }

    void ready() override {
      char more[4096];
      ssize_t count = 0;
      while ((count = recv(*socket_, more, sizeof more, 0)) > 0) answer_.append(more, static_cast<std::size_t>(count));
      const bool closed = count == 0 || errno != EAGAIN;
      if (!free_ && (whole() || (closed && !answer_.empty()))) finish();
      if (!closed) return;
      if (++closed_ > kMostClosed) throw std::runtime_error("publishers are not answered");
      connect();
      if (!free_) send_whole(*socket_, request_);  // it was closed as we sent: the same change once more
    }

   private:
    void connect() {
      socket_ = connect_to(port_);
      poll_.add(*socket_, *this);
    }

    // Only whether it is: what publishers are told is short.
    bool whole() const {
      static constexpr std::string_view kLength = "ontent-Length: ";
      const auto end = answer_.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      const auto at = answer_.find(kLength);
      if (at < end) return answer_.size() >= end + 4 + std::stoul(answer_.substr(at + kLength.size(), 10));
      return answer_.ends_with("\r\n0\r\n\r\n");  // chunks
    }
    void finish() {
      if (answer_.substr(0, 9) != "HTTP/1.1 " || answer_[9] != '2') {
        throw std::runtime_error("a change was refused: " + answer_.substr(0, 200));
      }
      free_ = true;
      ++answered_;
    }

    static constexpr std::uint64_t kMostClosed = 10'000;

    Poll& poll_;
    std::uint16_t port_;
    Socket socket_;
    std::string request_, answer_;
    bool free_ = true;
    std::uint64_t answered_ = 0, closed_ = 0;
  };

  std::uint64_t answered() const {
    std::uint64_t sum = 0;
    for (const auto& connection : connections_) sum += connection.answered();
    return sum;
  }
  Connection* take_free() {
    if (sent_.size() + 1 == what_.count && answered() < sent_.size()) return nullptr;
    for (auto& connection : connections_) {
      if (connection.free()) return &connection;
    }
    return nullptr;
  }
  std::int64_t planned(std::size_t index) const {
    return began_ + static_cast<std::int64_t>(static_cast<double>(index) * 1e9 / what_.rate);
  }
  void send_on(Connection& connection) {
    const auto now = now_ns();
    lateness_.add(now - planned(sent_.size()));
    sent_.push_back(now);
    connection.send(before_ + text_of({sent_.size(), now}) + after_);
    due_ = planned(sent_.size());
  }

  Publication what_;
  std::string before_, after_;
  std::deque<Connection> connections_;
  std::int64_t began_ = 0, due_ = 0;
  std::vector<std::int64_t> sent_;
  Histogram lateness_;
};

}  // namespace bench
