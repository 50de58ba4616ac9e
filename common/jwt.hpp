// The user's token: a JWT, HS256 and nothing else, signed by the web service and verified by the edges.
//
// One algorithm is pinned, one key used; `exp` is demanded, `nbf` and, where expected, `iss` and `aud` are checked.
// The library's versions differ; this is the one place that calls it.
// Threads   Any: no state.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace suite::jwt {

using Time = std::chrono::system_clock::time_point;

struct Claims {
  std::string subject;
  std::string name;
  Time expires;
};

// What a verifier demands beyond a valid signature and time.
struct Expected {
  std::string claim = "sub";  // which claim becomes Claims::subject
  std::string issuer;         // `iss` and `aud`; empty: any
};

// The token for `claims`, issued at `now` by and for `issuer`. Throws std::runtime_error where the library fails.
std::string sign(const Claims& claims, std::string_view issuer, std::string_view secret, Time now);

// What a token says, or nothing: malformed, another algorithm, forged, expired, not yet valid, of another issuer.
std::optional<Claims> verify(std::string_view token, std::string_view secret, Time now, const Expected& expected = {});

}  // namespace suite::jwt
