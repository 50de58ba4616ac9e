// One thread's sockets: who has something to read is called. And how the tools here come to be connected.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace bench {

inline std::system_error failure(const char* what) { return {errno, std::generic_category(), what}; }

class Socket {
 public:
  explicit Socket(int descriptor = -1) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Socket() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  int operator*() const { return descriptor_; }

 private:
  int descriptor_;
};

class Ready {
 public:
  virtual void ready() = 0;  // there is something to read: all of it must be, for it is said once

 protected:
  ~Ready() = default;
};

class Poll {
 public:
  Poll() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (*epoll_ < 0) throw failure("epoll_create1");
  }

  void add(int descriptor, Ready& reader) {
    epoll_event event{EPOLLIN | EPOLLET, {.ptr = &reader}};
    if (epoll_ctl(*epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) throw failure("epoll_ctl");
  }

  // Calls who is ready, and `between` after each; waits for the first at most so long. False where nobody was.
  template <typename Between>
  bool run(std::int64_t patience_ns, const Between& between) {
    const timespec patience{patience_ns / 1'000'000'000, patience_ns % 1'000'000'000};
    std::array<epoll_event, 256> events;
    const int count = epoll_pwait2(*epoll_, events.data(), events.size(), &patience, nullptr);
    if (count < 0 && errno != EINTR) throw failure("epoll_pwait2");
    for (int i = 0; i < count; ++i) {
      static_cast<Ready*>(events[static_cast<std::size_t>(i)].data.ptr)->ready();
      between();
    }
    return count > 0;
  }

 private:
  Socket epoll_;
};

// http://127.0.0.1:PORT/TARGET
struct Address {
  explicit Address(const std::string& url) {
    static const std::string kBegin = "http://127.0.0.1:";
    const auto slash = url.find('/', kBegin.size());
    if (!url.starts_with(kBegin) || slash == std::string::npos) throw std::runtime_error(url + ": not " + kBegin + "…");
    port = static_cast<std::uint16_t>(std::stoi(url.substr(kBegin.size(), slash - kBegin.size())));
    target = url.substr(slash);
  }

  std::uint16_t port;
  std::string target;
};

inline sockaddr_in loopback(std::uint16_t port, std::uint32_t host = 1) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl((127U << 24) + host);
  return address;
}

// Connected from 127.0.0.`host`, which has some 28,000 ports; non-blocking from then on. `receive_buffer`: 0 is the
// system's.
inline Socket connect_to(std::uint16_t port, std::uint32_t host = 1, int receive_buffer = 0) {
  Socket made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  if (receive_buffer > 0) setsockopt(*made, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  setsockopt(*made, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  setsockopt(*made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const auto from = loopback(0, host), to = loopback(port);
  if (bind(*made, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) throw failure("bind");
  if (connect(*made, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) throw failure("connect");
  fcntl(*made, F_SETFL, O_NONBLOCK);
  return made;
}

inline void send_whole(int descriptor, std::string_view text) {
  if (send(descriptor, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
    throw failure("send");
  }
}

}  // namespace bench
