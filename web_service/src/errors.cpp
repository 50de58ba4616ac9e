#include "web_service/src/errors.hpp"

#include <array>

namespace suite::web {
namespace {

struct Row {
  Problem problem;
  Status status;
  std::string_view code;
  std::string_view message;
  std::string_view retry_after;  // seconds; empty: trying again as it is does not help
};

constexpr std::array kTable{
    Row{Problem::malformed, Status::bad_request, "malformed", "the request cannot be understood", ""},
    Row{Problem::no_session, Status::unauthorized, "unauthorized",
        "log in with POST /login and send the token as \"Authorization: Bearer <token>\" or the cookie it sets", ""},
    Row{Problem::bad_session, Status::unauthorized, "unauthorized",
        "the token is expired, forged or no token at all: log in again with POST /login", ""},
    Row{Problem::wrong_credentials, Status::unauthorized, "wrong_credentials",
        "no user has this name and password: check both and try again", ""},
    Row{Problem::forbidden, Status::forbidden, "forbidden", "only a post's author may change or delete it", ""},
    Row{Problem::cross_site, Status::forbidden, "cross_site",
        "this request was made by a page of another site; requests that change something are taken from the blog's "
        "own pages, or from programs that are no browser",
        ""},
    Row{Problem::unknown_route, Status::not_found, "unknown_route",
        "there is nothing at this address: check its spelling", ""},
    Row{Problem::not_found, Status::not_found, "not_found",
        "there is no such post: it may have been deleted, or be a draft of another author", ""},
    Row{Problem::method_not_allowed, Status::method_not_allowed, "method_not_allowed",
        "this address does not take this method: the Allow field lists those it takes", ""},
    Row{Problem::conflict, Status::conflict, "conflict", "this value is taken: choose another", ""},
    Row{Problem::unsupported_media_type, Status::unsupported_media_type, "unsupported_media_type",
        "send the body as JSON, with \"Content-Type: application/json\"", ""},
    Row{Problem::invalid, Status::unprocessable_entity, "invalid", "a value does not fit", ""},
    Row{Problem::too_many_attempts, Status::too_many_requests, "too_many_attempts",
        "too many failed attempts to log in under this name: wait a little, then try again", "5"},
    Row{Problem::edge_failed, Status::bad_gateway, "edge_failed",
        "the edge answered in a way this service cannot use: its operator finds the reason in the log", ""},
    Row{Problem::busy, Status::service_unavailable, "busy", "too much is going on here: try again in a second", "1"},
    Row{Problem::database_unavailable, Status::service_unavailable, "database_unavailable",
        "the database cannot be reached and nothing was changed: try again in a second", "1"},
    Row{Problem::database_slow, Status::service_unavailable, "database_slow",
        "the database took too long and nothing was changed: try again in a second", "1"},
    Row{Problem::outcome_unknown, Status::service_unavailable, "outcome_unknown",
        "the connection to the database broke while the change was being committed: it may have been made or not. "
        "Look before you send it again",
        ""},
    Row{Problem::edge_unavailable, Status::service_unavailable, "edge_unavailable",
        "no edge can be reached to read from: try again in a second", "1"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].problem) != i) return false;
  }
  return true;
}
static_assert(in_order() && kTable.size() == static_cast<std::size_t>(Problem::edge_unavailable) + 1,
              "the table has a row for every problem, in the order of the enumeration");

}  // namespace

Reply reply_of(const ApiError& error) {
  const Row& row = kTable[static_cast<std::size_t>(error.problem)];
  nlohmann::json body{{"error", row.code}, {"message", error.message.empty() ? row.message : error.message}};
  if (!error.field.empty()) body["field"] = error.field;
  Reply reply = json_reply(row.status, body, {{"Cache-Control", "no-store"}});
  if (!row.retry_after.empty()) reply.extra += field_line("Retry-After", row.retry_after);
  if (row.status == Status::unauthorized) reply.extra += field_line("WWW-Authenticate", "Bearer realm=\"blog\"");
  return reply;
}

}  // namespace suite::web
