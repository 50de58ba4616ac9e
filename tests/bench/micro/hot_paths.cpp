// The three hot paths of an edge, a fixed number of times each, for tests/bench/instructions to count their
// instructions with callgrind.
//
//   edge_hot_paths read|fan-out|apply    prints how many times it went that way while instructions were counted
//   edge_hot_paths --build               prints what the figures depend on besides the sources
//
// Service and clients are one thread, taking turns: what the service does is counted, and is the same in each run. What
// the kernel does is not counted.
#include <arpa/inet.h>
#include <gnu/libc-version.h>
#include <sys/socket.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#include <array>
#include <atomic>
#include <boost/version.hpp>
#include <cstdio>
#include <stdexcept>
#include <thread>

#include "tests/bench/micro/node.hpp"
#include "tests/bench/micro/posts.hpp"

namespace {

using namespace bench;

constexpr std::size_t kHistoryBytes = 1 << 20;  // little, so that what is forgotten is counted, too

// What is done while it lives is counted.
class Counting {
 public:
  Counting() { CALLGRIND_TOGGLE_COLLECT; }
  Counting(const Counting&) = delete;
  ~Counting() { CALLGRIND_TOGGLE_COLLECT; }
};

// Goes a way often enough for all that grows to have grown, and then so many times that callgrind sees.
template <typename Go>
int repeat(int warm_up, int times, const Go& go) {
  for (int i = 0; i < warm_up; ++i) go(i);
  CALLGRIND_START_INSTRUMENTATION;
  for (int i = 0; i < times; ++i) go(warm_up + i);
  CALLGRIND_STOP_INSTRUMENTATION;
  return times;
}

// Atomic counts and locks are skipped where a process has but one thread, which no edge has.
class SecondThread {
 public:
  SecondThread() : thread_([this] { end_.wait(false); }) {}
  SecondThread(const SecondThread&) = delete;
  ~SecondThread() {
    end_ = true;
    end_.notify_all();
  }

 private:
  std::atomic<bool> end_{false};
  std::jthread thread_;
};

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("no connection: are so many files allowed?");
    }
  }
  Client(Client&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  ~Client() {
    if (socket_ >= 0) close(socket_);
  }

  void send(std::string_view request) const {
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
      throw std::runtime_error("the request was not taken");
    }
  }

  // What is there; it has to begin so.
  std::string_view take(std::string_view beginning) const {
    static std::array<char, 65536> buffer;
    const auto count = recv(socket_, buffer.data(), buffer.size(), 0);
    const std::string_view taken(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    if (!taken.starts_with(beginning)) throw std::runtime_error("an answer that was not expected");
    return taken;
  }

 private:
  int socket_;
};

// A cached GET of 2 KiB: its request parsed, the answer looked up and written.
int read() {
  constexpr std::string_view kRequest =
      "GET /v1/resources/posts?limit=6 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: bench/1.0\r\n"
      "Accept: application/json\r\nAccept-Encoding: identity\r\n\r\n";
  Node node(100, kHistoryBytes);
  node.open("limit=6");
  const Client client(node.port());
  return repeat(100, 2000, [&](int) {
    client.send(kRequest);
    {
      const Counting counting;
      node.serve();
    }
    client.take("HTTP/1.1 200 OK\r\n");
  });
}

// One frame to many streams of one window: rung, the frame fetched, written to the socket.
int fan_out() {
  constexpr int kStreams = 1000;
  constexpr std::string_view kRequest =
      "GET /v1/streams/posts?limit=10 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: text/event-stream\r\n\r\n";
  Node node(100, kHistoryBytes);
  std::vector<Client> clients;
  for (int i = 0; i < kStreams; ++i) {
    clients.emplace_back(node.port());
    clients.back().send(kRequest);
    node.serve();  // accepts
    node.settle();
    clients.back().take("HTTP/1.1 200 OK\r\n");
  }
  return kStreams * repeat(3, 10, [&](int turn) {
           node.apply(pull_of({{100, turn + 1}}, turn + 2).get());
           {
             const Counting counting;
             node.catch_up();
           }
           for (const auto& client : clients) client.take("event: update\n");
         });
}

// A pull with one changed entry of 100,000, while 1,051 windows are open, of which it touches four: read, applied, and
// taken by a shelf.
int apply() {
  constexpr std::int64_t kPosts = 100'000;
  Node node(kPosts, kHistoryBytes);
  std::vector<edge::OpenWindowPtr> windows{node.open("limit=25")};
  for (std::int64_t i = 0; i < 1000; ++i) windows.push_back(node.open("author_id=" + std::to_string(kAuthors - 1 - i)));
  for (std::int64_t i = 0; i < kTags; ++i) windows.push_back(node.open("tags=tag" + std::to_string(i)));
  return repeat(3000, 1000, [&](int turn) {
    const auto pulled = pull_of({{kPosts - 1 - turn % 20, turn + 1}}, turn + 2);
    const Counting counting;
    node.apply(pulled.get());
    node.catch_up();
  });
}

void print_build() {
  std::printf("%s, g++ %s, Boost %d.%d, glibc %s, %s\n", BUILD_TYPE, __VERSION__, BOOST_VERSION / 100'000,
              BOOST_VERSION / 100 % 1000, gnu_get_libc_version(), BUILD_PROCESSOR);
}

}  // namespace

int main(int count, char** words) {
  const SecondThread second_thread;
  const std::string_view path = count == 2 ? words[1] : "";
  try {
    if (path == "--build") return print_build(), 0;
    const int times = path == "read" ? read() : path == "fan-out" ? fan_out() : path == "apply" ? apply() : 0;
    if (times > 0) return std::printf("%d\n", times), 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "edge_hot_paths: %s\n", error.what());
    return 1;
  }
  std::fprintf(stderr, "usage: edge_hot_paths read|fan-out|apply|--build\n");
  return 2;
}
