#pragma once

#include <boost/asio/write.hpp>

namespace suite {

template <typename Buffers>
asio::awaitable<void> Peer::write(const Buffers& buffers) {
  const auto some_taken = [this](const error_code& failed, std::size_t) -> std::size_t {
    guarded_.expires_after(write_limit_);
    return failed ? 0 : 64 * 1024;
  };
  co_await asio::async_write(guarded_.socket(), buffers, some_taken, asio::use_awaitable);
  guarded_.never_expires();
}

}  // namespace suite
