#include "edge_service/src/authorizer.hpp"

#include <sodium.h>

#include "edge_service/src/words.hpp"

namespace edge {
namespace {

std::optional<std::string_view> bearer(const suite::Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto field = request.find(suite::http::field::authorization);
  if (field == request.end()) return std::nullopt;
  const std::string_view value(field->value().data(), field->value().size());
  if (!words::same_word(value.substr(0, kScheme.size()), kScheme))
    return std::string_view();  // another scheme proves nothing
  return words::trimmed(value.substr(kScheme.size()));
}

std::optional<std::string_view> cookie(const suite::Request& request, std::string_view name) {
  const auto [first, last] = request.equal_range(suite::http::field::cookie);
  for (auto field = first; field != last; ++field) {
    const std::string_view value(field->value().data(), field->value().size());
    for (const std::string_view pair : words::parts(value, ';')) {
      const auto equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
    }
  }
  return std::nullopt;
}

bool same_secret(std::string_view given, std::string_view wanted) {
  return given.size() == wanted.size() && sodium_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
}

}  // namespace

Identity Authorizer::reader(const suite::Request& request) const {
  auto token = bearer(request);
  if (!token) token = cookie(request, keys_.cookie);
  if (!token) return {};
  const auto claims = suite::jwt::verify(*token, keys_.jwt_secret, std::chrono::system_clock::now(), keys_.expected);
  if (!claims) return {};
  return {claims->subject, claims->expires, false};
}

std::optional<Identity> Authorizer::controller(const suite::Request& request, const suite::tcp::endpoint& peer) const {
  Identity identity;
  if (keys_.control_token.empty()) {
    identity.trusted = peer.address().is_loopback();
  } else {
    if (!same_secret(bearer(request).value_or(""), keys_.control_token)) return std::nullopt;
    identity.trusted = true;
  }
  if (const auto user = request.find("Edge-User"); user != request.end() && identity.trusted) {
    identity.user = std::string(user->value());
  }
  return identity;
}

}  // namespace edge
