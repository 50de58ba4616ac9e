// The names of Asio and Beast that the whole project uses.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace suite {

namespace asio = boost::asio;
using boost::system::error_code;

using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

// Completes with (error_code, result…) instead of throwing: for awaits whose failure is an everyday event.
inline constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace suite
