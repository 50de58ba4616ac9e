// An outcome that a client is told: a status, a stable code, and what to mend.
#pragma once

#include <boost/system/result.hpp>
#include <string>

#include "common/reply.hpp"

namespace edge {

struct ApiError {
  suite::Status status;
  std::string code;
  std::string message;
  std::string fields{};  // header fields that belong to it, each ended by CRLF
};

template <typename Value>
using Outcome = boost::system::result<Value, ApiError>;

[[noreturn]] void throw_exception_from_error(const ApiError& error, const boost::source_location& where);

suite::Reply reply_to(const ApiError& error);

namespace errors {

ApiError unknown_resource(const std::string& name);
ApiError unknown_entry();
ApiError unknown_stream();
ApiError unknown_route(std::string_view path);
ApiError method_not_allowed(std::string_view allowed);
ApiError unauthorized_owner();
ApiError unauthorized_control();
ApiError unauthorized_follower();
ApiError bad_parameter(const std::string& name, const std::string& allowed);
ApiError unknown_parameter(const std::string& name, const std::string& known);
ApiError bad_body(const std::string& wanted);
ApiError bad_token();
ApiError token_not_reached();
ApiError too_many_windows();
ApiError not_loaded();
ApiError unknown_collection(const std::string& name);
ApiError inputs_full(std::size_t entries, std::size_t bytes);

}  // namespace errors
}  // namespace edge
