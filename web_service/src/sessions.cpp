#include "web_service/src/sessions.hpp"

#include <boost/beast/core/string.hpp>
#include <charconv>

#include "common/jwt.hpp"

namespace suite::web {
namespace {

constexpr std::string_view kIssuer = "blog";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::int64_t> user_id_of(std::string_view subject) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(subject.data(), subject.data() + subject.size(), id);
  if (error != std::errc() || end != subject.data() + subject.size() || id <= 0) return std::nullopt;
  return id;
}

// The token of "Bearer <token>"; empty where it is another scheme.
std::string_view bearer_token(std::string_view authorization) {
  const auto space = authorization.find(' ');
  if (!boost::beast::iequals(authorization.substr(0, space), "bearer") || space == std::string_view::npos) return {};
  return trimmed(authorization.substr(space));
}

}  // namespace

Sessions::Sessions(std::string secret, std::chrono::seconds lifetime)
    : secret_(std::move(secret)), lifetime_(lifetime) {}

std::string Sessions::token_for(std::int64_t user_id, const std::string& name) const {
  const auto now = std::chrono::system_clock::now();
  return jwt::sign({std::to_string(user_id), name, now + lifetime_}, kIssuer, secret_, now);
}

std::string Sessions::cookie_with(const std::string& token) const {
  return std::string(kCookie) + "=" + token + "; Path=/; Max-Age=" + std::to_string(lifetime_.count()) +
         "; Secure; HttpOnly; SameSite=Strict";
}

std::string Sessions::cookie_cleared() {
  return std::string(kCookie) + "=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict";
}

Result<std::optional<Identity>> Sessions::identify(const Request& request) const {
  std::string token;
  bool by_cookie = false;
  const auto authorization = request.find(http::field::authorization);
  if (authorization != request.end()) {
    token = bearer_token(authorization->value());
  } else if (const auto cookie = cookie_value(request, kCookie)) {
    token = *cookie;
    by_cookie = true;
  } else {
    return std::optional<Identity>();
  }
  const auto claims = jwt::verify(token, secret_, std::chrono::system_clock::now(), {.issuer = std::string(kIssuer)});
  const auto user_id = claims ? user_id_of(claims->subject) : std::nullopt;
  if (!user_id) return ApiError{Problem::bad_session};
  return std::optional(Identity{*user_id, by_cookie});
}

Result<Identity> Sessions::require(const Request& request) const {
  const auto identity = identify(request);
  if (!identity) return identity.error();
  if (!*identity) return ApiError{Problem::no_session};
  return **identity;
}

std::optional<std::string> cookie_value(const Request& request, std::string_view name) {
  const auto [first, last] = request.equal_range(http::field::cookie);
  for (auto field = first; field != last; ++field) {
    std::string_view rest = field->value();
    while (!rest.empty()) {
      const auto end = rest.find(';');
      const std::string_view pair = trimmed(rest.substr(0, end));
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      const std::string_view value = pair.substr(equals + 1);
      if (!value.empty()) return std::string(value);
    }
  }
  return std::nullopt;
}

bool is_cross_site(const Request& request) {
  const auto fetched_by = request.find("Sec-Fetch-Site");
  if (fetched_by != request.end()) return fetched_by->value() != "same-origin" && fetched_by->value() != "none";
  const auto origin = request.find(http::field::origin);
  if (origin == request.end()) return false;
  std::string_view site = origin->value();
  const auto scheme = site.find("://");
  if (scheme == std::string_view::npos) return true;  // "null": a sandboxed page
  site.remove_prefix(scheme + 3);
  return !boost::beast::iequals(site, request[http::field::host]);
}

}  // namespace suite::web
