// A connection to a port of this machine: TCP, or TLS over it. Whose certificate it is, is not checked: the benchmark's.
//
// Threads  Each object belongs to one.
// Failure  std::runtime_error, which ends the probe.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

namespace bench {

class Link {
 public:
  Link(int port, bool encrypted) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("nobody listens");
    }
    if (encrypted) encrypt();
  }

  int descriptor() const { return socket_.descriptor; }

  void write(std::string_view bytes) {
    const auto size = static_cast<int>(bytes.size());
    const auto sent = tls_ ? SSL_write(tls_.get(), bytes.data(), size)
                           : send(socket_.descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent != size) throw std::runtime_error("the connection takes nothing");
  }

  // What is there, or comes first; nothing where TLS spoke for itself alone.
  std::string_view read(std::span<char> buffer) {
    const auto count = tls_ ? SSL_read(tls_.get(), buffer.data(), static_cast<int>(buffer.size()))
                            : recv(socket_.descriptor, buffer.data(), buffer.size(), 0);
    if (count > 0) return {buffer.data(), static_cast<std::size_t>(count)};
    if (tls_ && SSL_get_error(tls_.get(), static_cast<int>(count)) == SSL_ERROR_WANT_READ) return {};
    throw std::runtime_error("the connection was closed");
  }

 private:
  struct Socket {
    explicit Socket(int opened) : descriptor(opened) {}
    Socket(const Socket&) = delete;
    ~Socket() { close(descriptor); }
    int descriptor;
  };

  void encrypt() {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    // A session ticket is no reason to wait for more. Whole records alone are taken from the socket (no read-ahead), so
    // that what is left over is seen by poll().
    SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
    tls_.reset(SSL_new(context.get()));
    SSL_set_fd(tls_.get(), socket_.descriptor);
    if (SSL_connect(tls_.get()) != 1) throw std::runtime_error("no TLS there");
  }

  Socket socket_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, SSL_free};
};

}  // namespace bench
