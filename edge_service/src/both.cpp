#include "edge_service/src/both.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace edge {

namespace asio = suite::asio;

namespace {

asio::awaitable<void> noting(asio::awaitable<void> work, std::exception_ptr& first) {
  try {
    co_await std::move(work);
  } catch (const std::exception&) {
    if (!first) first = std::current_exception();
    throw;
  }
}

}  // namespace

asio::awaitable<void> both(asio::awaitable<void> one, asio::awaitable<void> other) {
  using namespace asio::experimental::awaitable_operators;
  std::exception_ptr first;
  try {
    co_await (noting(std::move(one), first) && noting(std::move(other), first));
  } catch (const std::exception&) {
    if (!first) throw;
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace edge
