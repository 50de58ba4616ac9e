#include "common/jwt.hpp"

#include <jwt.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace suite::jwt {
namespace {

struct Free {
  void operator()(jwt_t* token) const { jwt_free(token); }
  void operator()(char* text) const { std::free(text); }
};
using Token = std::unique_ptr<jwt_t, Free>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

long seconds(Time time) { return static_cast<long>(std::chrono::system_clock::to_time_t(time)); }

void require(int result) {
  if (result != 0) throw std::runtime_error("the JWT library could not make a token");
}

std::string text_claim(jwt_t* token, const std::string& name) {
  if (const char* text = jwt_get_grant(token, name.c_str())) return text;
  // A claim that is a number (some issuers' user ids) counts as its decimal text.
  const std::unique_ptr<char, Free> json(jwt_get_grants_json(token, name.c_str()));
  if (!json) return {};
  const std::string_view digits(json.get());
  return digits.find_first_not_of("0123456789") == std::string_view::npos ? std::string(digits) : std::string();
}

}  // namespace

std::string sign(const Claims& claims, std::string_view issuer, std::string_view secret, Time now) {
  jwt_t* made = nullptr;
  require(jwt_new(&made));
  const Token token(made);
  require(jwt_set_alg(made, JWT_ALG_HS256, bytes(secret), static_cast<int>(secret.size())));
  require(jwt_add_grant(made, "sub", claims.subject.c_str()));
  require(jwt_add_grant(made, "name", claims.name.c_str()));
  require(jwt_add_grant(made, "iss", std::string(issuer).c_str()));
  require(jwt_add_grant(made, "aud", std::string(issuer).c_str()));
  require(jwt_add_grant_int(made, "iat", seconds(now)));
  require(jwt_add_grant_int(made, "nbf", seconds(now)));
  require(jwt_add_grant_int(made, "exp", seconds(claims.expires)));
  const std::unique_ptr<char, Free> text(jwt_encode_str(made));
  if (!text) throw std::runtime_error("the JWT library could not sign a token");
  return text.get();
}

std::optional<Claims> verify(std::string_view token_text, std::string_view secret, Time now, const Expected& expected) {
  constexpr std::size_t kLongest = 4096;
  if (token_text.empty() || token_text.size() > kLongest || secret.empty()) return std::nullopt;
  if (token_text.find('\0') != std::string_view::npos) return std::nullopt;
  jwt_t* decoded = nullptr;
  // Given a key, the library refuses "none" and verifies with that key whatever the header says; only HMAC
  // algorithms can succeed with it, and of these HS256 alone is taken.
  const int result =
      jwt_decode(&decoded, std::string(token_text).c_str(), bytes(secret), static_cast<int>(secret.size()));
  const Token token(decoded);
  if (result != 0 || jwt_get_alg(decoded) != JWT_ALG_HS256) return std::nullopt;

  const long expires = jwt_get_grant_int(decoded, "exp");
  const long not_before = jwt_get_grant_int(decoded, "nbf");
  if (expires <= seconds(now) || not_before > seconds(now) + 60) return std::nullopt;  // a minute of clock skew
  const std::string& issuer = expected.issuer;
  if (!issuer.empty() && (text_claim(decoded, "iss") != issuer || text_claim(decoded, "aud") != issuer)) {
    return std::nullopt;
  }

  Claims claims{text_claim(decoded, expected.claim), text_claim(decoded, "name"),
                std::chrono::system_clock::from_time_t(expires)};
  if (claims.subject.empty()) return std::nullopt;
  return claims;
}

}  // namespace suite::jwt
