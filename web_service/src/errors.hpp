// Everything that can be wrong with a request, and the one table that says how each is answered.
//
// Failures a handler meets are values (Result); exceptions are left to bugs, which the HTTP session answers with 500.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

#include "common/reply.hpp"

namespace suite::web {

enum class Problem {
  malformed,
  no_session,
  bad_session,
  wrong_credentials,
  forbidden,
  cross_site,
  unknown_route,
  not_found,
  method_not_allowed,
  conflict,
  unsupported_media_type,
  invalid,
  too_many_attempts,
  edge_failed,
  busy,
  database_unavailable,
  database_slow,
  outcome_unknown,
  edge_unavailable,
};

struct ApiError {
  Problem problem = Problem::malformed;
  std::string message = {};  // empty: the table's
  std::string field = {};    // of the body, where one is to blame

  bool operator==(const ApiError&) const = default;

  [[noreturn]] friend void throw_exception_from_error(const ApiError& error, const boost::source_location&) {
    throw std::logic_error("an error was taken for a value: " + error.message);
  }
};

template <typename Value>
using Result = boost::system::result<Value, ApiError>;

Reply reply_of(const ApiError& error);

}  // namespace suite::web
