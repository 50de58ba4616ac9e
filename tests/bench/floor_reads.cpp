// The floor of cached reads: answers every request with the bytes of one file, whatever was asked for.
//
//   bench_floor_reads PORT FILE
//
// One thread, one buffer for all. Of a request it knows the end alone, so none may have a body; pipelined ones are
// answered together. What does not fit into a socket waits, and meanwhile nothing more is read from it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

struct Connection {
  int socket;
  std::size_t matched = 0;  // how much of a request's end the last bytes were
  std::size_t owed = 0;     // bytes of answers yet to send; the last answer ends with the last byte
  bool waits = false;       // for room in the socket
};

class Floor {
 public:
  Floor(std::uint16_t port, std::string answer) : answer_(std::move(answer)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    listener_.socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener_.socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener_.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_.socket, SOMAXCONN) != 0) {
      std::perror("bench_floor_reads");
      std::exit(1);
    }
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (&connection == &listener_) {
          accept_all();
        } else if (!serve(connection)) {
          close(connection.socket);
          delete &connection;
        }
      }
    }
  }

 private:
  void watch(int operation, Connection& connection, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.ptr = &connection;
    epoll_ctl(epoll_, operation, connection.socket, &event);
  }

  void accept_all() {
    for (int socket; (socket = accept4(listener_.socket, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
      const int on = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(EPOLL_CTL_ADD, *new Connection{socket}, EPOLLIN);
    }
  }

  // False where the peer has left.
  bool serve(Connection& connection) {
    if (!connection.waits) {
      const auto count = recv(connection.socket, buffer_.data(), buffer_.size(), 0);
      if (count <= 0) return count < 0 && errno == EAGAIN;
      connection.owed += answer_.size() * ends_in({buffer_.data(), static_cast<std::size_t>(count)}, connection);
    }
    if (!send_owed(connection)) return false;
    if (const bool waits = connection.owed > 0; waits != connection.waits) {
      connection.waits = waits;
      watch(EPOLL_CTL_MOD, connection, waits ? EPOLLOUT : EPOLLIN);
    }
    return true;
  }

  static std::size_t ends_in(std::string_view bytes, Connection& connection) {
    static constexpr std::string_view kEnd = "\r\n\r\n";
    std::size_t ends = 0;
    std::size_t matched = connection.matched;
    for (const char byte : bytes) {
      matched = byte == kEnd[matched] ? matched + 1 : byte == '\r' ? 1 : 0;
      if (matched == kEnd.size()) {
        ++ends;
        matched = 0;
      }
    }
    connection.matched = matched;
    return ends;
  }

  bool send_owed(Connection& connection) {
    while (connection.owed > 0) {
      std::array<iovec, 32> pieces;
      std::size_t used = 0;
      for (std::size_t left = connection.owed; left > 0 && used < pieces.size(); ++used) {
        const std::size_t size = (left - 1) % answer_.size() + 1;  // what is left of an answer begun, or a whole one
        pieces[used] = {answer_.data() + answer_.size() - size, size};
        left -= size;
      }
      msghdr message{};
      message.msg_iov = pieces.data();
      message.msg_iovlen = used;
      const auto sent = sendmsg(connection.socket, &message, MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN;
      connection.owed -= static_cast<std::size_t>(sent);
    }
    return true;
  }

  std::string answer_;
  int epoll_;
  Connection listener_{};
  std::array<char, 65536> buffer_;
};

}  // namespace

int main(int count, char** words) {
  std::ifstream file(count == 3 ? words[2] : "", std::ios::binary);
  std::string answer{std::istreambuf_iterator<char>(file), {}};
  if (answer.empty()) {
    std::fputs("usage: bench_floor_reads PORT FILE\n", stderr);
    return 2;
  }
  Floor(static_cast<std::uint16_t>(std::atoi(words[1])), std::move(answer)).run();
}
