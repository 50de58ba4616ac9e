#include "common/resolve.hpp"

#include <boost/asio/ip/address.hpp>

namespace suite {

asio::awaitable<error_code> resolve(asio::io_context& context, const HttpAddress& address, Clock::time_point deadline,
                                    std::vector<tcp::endpoint>& endpoints) {
  error_code no_literal;
  if (const auto ip = asio::ip::make_address(address.host, no_literal); !no_literal) {
    endpoints.emplace_back(ip, static_cast<std::uint16_t>(std::stoul(address.port)));
    co_return error_code();
  }
  // The system's resolver cannot be interrupted, so the wait for it is: what it finds too late is dropped.
  struct Search {
    explicit Search(asio::io_context& context) : resolver(context), bell(context) {}
    tcp::resolver resolver;
    asio::steady_timer bell;
    error_code failed = asio::error::timed_out;
    std::vector<tcp::endpoint> found;
  };
  auto search = std::make_shared<Search>(context);
  search->bell.expires_at(deadline);
  search->resolver.async_resolve(address.host, address.port,
                                 [search](error_code failed, const tcp::resolver::results_type& results) {
                                   search->failed = failed;
                                   for (const auto& result : results) search->found.push_back(result.endpoint());
                                   search->bell.cancel();
                                 });
  co_await search->bell.async_wait(kTuple);
  endpoints.insert(endpoints.end(), search->found.begin(), search->found.end());
  co_return search->failed;
}

}  // namespace suite
