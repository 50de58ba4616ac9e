// Who is asking: the token a request carries, in `Authorization` or the cookie, and the making of both.
//
// Threads   Any: no state but the settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/http_session.hpp"
#include "web_service/src/errors.hpp"

namespace suite::web {

inline constexpr std::string_view kCookie = "blog_session";

struct Identity {
  std::int64_t user_id = 0;
  bool by_cookie = false;
};

class Sessions {
 public:
  Sessions(std::string secret, std::chrono::seconds lifetime);

  std::string token_for(std::int64_t user_id, const std::string& name) const;
  std::string cookie_with(const std::string& token) const;  // the value of Set-Cookie
  static std::string cookie_cleared();

  // Nobody, somebody, or an error where a token is given that does not hold: never nobody instead.
  // `Authorization` wins over the cookie.
  Result<std::optional<Identity>> identify(const Request& request) const;

  // Somebody, or an error.
  Result<Identity> require(const Request& request) const;

 private:
  std::string secret_;
  std::chrono::seconds lifetime_;
};

// The value of a cookie of this name, or nothing; an empty one counts as none.
std::optional<std::string> cookie_value(const Request& request, std::string_view name);

// Whether a browser made this request for a page of another site: what it says of that itself (Sec-Fetch-Site), or, from
// browsers that do not say it, an Origin that is not the Host. Programs that are no browser send neither.
bool is_cross_site(const Request& request);

}  // namespace suite::web
