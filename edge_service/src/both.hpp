// Two endless coroutines of one connection: the first to fail ends both, and it is its failure that is told.
#pragma once

#include "common/asio.hpp"

namespace edge {

// Throws what the first to fail threw. (What && of both throws begins with the left one's failure, even where that is
// only that it was cancelled.)
suite::asio::awaitable<void> both(suite::asio::awaitable<void> one, suite::asio::awaitable<void> other);

}  // namespace edge
