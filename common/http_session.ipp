#pragma once

#include <boost/asio/write.hpp>

namespace suite {

template <typename Buffers>
asio::awaitable<void> Peer::write(const Buffers& buffers) {
  guarded_.expires_after(write_limit_);
  co_await asio::async_write(guarded_.socket(), buffers, asio::use_awaitable);
  guarded_.never_expires();
}

}  // namespace suite
