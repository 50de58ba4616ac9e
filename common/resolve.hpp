// Finds the endpoints of an address, within a deadline.
#pragma once

#include <vector>

#include "common/asio.hpp"
#include "common/http_address.hpp"

namespace suite {

// Appends to `endpoints`; the system's words where there are none. A literal address needs no search.
asio::awaitable<error_code> resolve(asio::io_context& context, const HttpAddress& address, Clock::time_point deadline,
                                    std::vector<tcp::endpoint>& endpoints);

}  // namespace suite
