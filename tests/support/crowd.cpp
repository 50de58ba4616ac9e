#include "tests/support/crowd.hpp"

#include <sys/resource.h>

#include <array>
#include <boost/asio/write.hpp>

namespace suite::test {

struct Crowd::Client {
  Client(Crowd& of, std::size_t first) : crowd(of), socket(of.context_), pause(of.context_), turn(first) {}

  void come() {
    socket = tcp::socket(crowd.context_);
    const auto port = crowd.ports_[turn++ % crowd.ports_.size()];
    socket.async_connect({asio::ip::address_v4::loopback(), port}, [this](error_code failed) {
      if (failed) return come_later();
      ask();
    });
  }

  void come_later() {
    pause.expires_after(std::chrono::milliseconds(100));
    pause.async_wait([this](error_code) { come(); });
  }

  void ask() {
    request = "GET /v1/resources/balances HTTP/1.1\r\nHost: edge.example\r\nAccept: text/event-stream\r\n";
    if (!id.empty()) request += "Last-Event-ID: " + id + "\r\n";
    request += "\r\n";
    asio::async_write(socket, asio::buffer(request), [this](error_code failed, std::size_t) {
      if (failed) return come_later();
      rest.clear();
      begun = answered = false;
      read();
    });
  }

  void read() {
    socket.async_wait(tcp::socket::wait_read, [this](error_code waited) {
      static std::array<char, 65536> bytes;  // one thread reads
      error_code failed = waited;
      const std::size_t size = failed ? 0 : socket.read_some(asio::buffer(bytes), failed);
      if (failed) return ended();
      rest.append(bytes.data(), size);
      if (!answered && !rest.starts_with("HTTP/1.1 200")) return ended();  // it is not ready
      answered = true;
      for (std::size_t end; (end = rest.find("\n\n")) != std::string::npos;) {
        take(std::string_view(rest).substr(0, end));
        rest.erase(0, end + 2);
      }
      read();
    });
  }

  void ended() {
    if (begun) --crowd.connected_;
    const bool at_once = std::exchange(begun, false);
    error_code ignored;
    socket.close(ignored);
    at_once ? come() : come_later();
  }

  static std::string_view field(std::string_view frame, std::string_view name) {
    const auto at = frame.find(name);
    if (at == std::string_view::npos) return {};
    const auto from = at + name.size();
    return frame.substr(from, frame.find('\n', from) - from);
  }

  void take(std::string_view frame) {
    const auto event = field(frame, "event: ");
    if (event != "init" && event != "update" && event != "heartbeat") return;
    if (!std::exchange(begun, true)) {
      ++crowd.arrivals_;
      ++crowd.connected_;
    }
    if (event == "init") ++crowd.inits_;
    id = field(frame, "id: ");
    constexpr std::string_view kCounter = "{\"id\":0,\"balance\":";
    const auto at = frame.find(kCounter);
    if (at == std::string_view::npos) return;
    const Generation now = std::stoll(std::string(frame.substr(at + kCounter.size(), 20)));
    if (now < shown) ++crowd.went_back_;
    shown = now;
  }

  Crowd& crowd;
  tcp::socket socket;
  asio::steady_timer pause;
  std::size_t turn;
  std::string request, rest, id;
  bool begun = false, answered = false;
  std::atomic<Generation> shown{Ledger::kNone};
};

Crowd::Crowd(std::vector<std::uint16_t> ports, int clients) : ports_(std::move(ports)) {
  for (int i = 0; i < clients; ++i) clients_.push_back(std::make_unique<Client>(*this, static_cast<std::size_t>(i)));
  for (const auto& client : clients_) client->come();
  thread_ = std::thread([this] { context_.run(); });
}

Crowd::~Crowd() {
  context_.stop();
  thread_.join();
}

std::size_t Crowd::open_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

int Crowd::at(Generation generation) const {
  int count = 0;
  for (const auto& client : clients_) count += client->shown >= generation;
  return count;
}

}  // namespace suite::test
