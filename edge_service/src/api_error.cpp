#include "edge_service/src/api_error.hpp"

#include <stdexcept>

namespace edge {

using suite::Status;

void throw_exception_from_error(const ApiError& error, const boost::source_location&) {
  throw std::logic_error("an error was taken for a value: " + error.code);
}

suite::Reply reply_to(const ApiError& error) {
  suite::Reply reply = suite::error_reply(error.status, error.code, error.message, {{"Cache-Control", "no-store"}});
  reply.extra = error.fields;
  return reply;
}

namespace {
const std::string kChallenge = "WWW-Authenticate: Bearer\r\n";
const std::string kRetryAfter = "Retry-After: 1\r\n";
}  // namespace

namespace errors {

ApiError unknown_resource(const std::string& name) {
  return {Status::not_found, "unknown_resource",
          "no resource \"" + name + "\" is published; SELECT edge.publish(…) makes one, GET /v1/status lists them"};
}
ApiError unknown_entry() {
  return {Status::not_found, "unknown_entry", "the resource has no entry with this key, or not for these parameters"};
}
ApiError unknown_stream() {
  return {
      Status::not_found, "unknown_stream",
      "this stream id was deleted, has expired or was never given out; POST /v1/streams/{resource} makes a new one"};
}
ApiError unknown_route(std::string_view path) {
  return {Status::not_found, "unknown_route", "there is nothing at " + std::string(path)};
}
ApiError method_not_allowed(std::string_view allowed) {
  return {Status::method_not_allowed, "method_not_allowed", "this route takes: " + std::string(allowed),
          suite::field_line("Allow", allowed)};
}
ApiError unauthorized_owner() {
  return {Status::unauthorized, "unauthorized",
          "this resource shows each owner only what is theirs: send a valid token as Authorization: Bearer or as the "
          "session's cookie; log in again if it has expired",
          kChallenge};
}
ApiError unauthorized_control() {
  return {Status::unauthorized, "unauthorized",
          "the control API needs Authorization: Bearer with EDGE_CONTROL_TOKEN, the same on all nodes", kChallenge};
}
ApiError unauthorized_follower() {
  return {
      Status::unauthorized, "unauthorized",
      "a node that follows from another host must show EDGE_CONTROL_TOKEN, since private entries are sent to it, too: "
      "set the same on both nodes",
      kChallenge};
}
ApiError bad_parameter(const std::string& name, const std::string& allowed) {
  return {Status::bad_request, "bad_parameter", "parameter \"" + name + "\" must be " + allowed};
}
ApiError unknown_parameter(const std::string& name, const std::string& known) {
  return {Status::bad_request, "unknown_parameter", "there is no parameter \"" + name + "\"; known are: " + known};
}
ApiError bad_body(const std::string& wanted) { return {Status::bad_request, "bad_body", "the body must be " + wanted}; }
ApiError bad_token() {
  return {Status::bad_request, "bad_token",
          "a token is the decimal transaction id that a write answered as Edge-Token"};
}
ApiError token_not_reached() {
  return {Status::gateway_timeout, "token_not_reached",
          "the write is not visible here yet; try again, or leave the token away to read what is", kRetryAfter};
}
ApiError too_many_windows() {
  return {Status::service_unavailable, "too_many_windows",
          "so many distinct parameter sets are open that this node takes no more (EDGE_MAX_WINDOWS); try again",
          kRetryAfter};
}
ApiError not_loaded() {
  return {Status::service_unavailable, "not_loaded", "this node has not loaded its resources yet; try again",
          kRetryAfter};
}
ApiError unknown_collection(const std::string& name) {
  return {Status::not_found, "unknown_collection",
          "no input collection \"" + name + "\" is declared; SELECT edge.publish_input(…) declares one"};
}
ApiError inputs_full(std::size_t entries, std::size_t bytes) {
  return {Status::too_many_requests, "inputs_full",
          "all inputs together hold at most " + std::to_string(entries) + " entries and " +
              std::to_string(bytes / 1024 / 1024) +
              " MiB here (EDGE_MAX_INPUT_ENTRIES, EDGE_MAX_INPUT_MB); remove some, or try again when those that nobody "
              "repeats have gone",
          kRetryAfter};
}

}  // namespace errors
}  // namespace edge
