// Who asks: the user that a token proves, and whether the control API is open to a caller.
//
// A token that is forged, expired or of another issuer proves nobody; it never makes its bearer anonymous for a
// resource with owners, since such a resource has no anonymous view.
// Threads   Any: no state.
#pragma once

#include <optional>
#include <string>

#include "common/http_session.hpp"
#include "common/jwt.hpp"

namespace edge {

struct Identity {
  std::optional<std::string> user;          // the owner's id as text
  std::optional<suite::jwt::Time> expires;  // when it stops being proved
  bool trusted = false;                     // an edge or a service with the control token
};

class Authorizer {
 public:
  struct Keys {
    std::string jwt_secret;
    suite::jwt::Expected expected;
    std::string cookie;
    std::string control_token;
  };
  explicit Authorizer(Keys keys) : keys_(std::move(keys)) {}

  // The streaming port: from Authorization or, without one, from the cookie.
  Identity reader(const suite::Request& request) const;

  // The control port: nothing where the caller may not use it. `Edge-User` is believed with the control token or,
  // where none is set, from loopback.
  std::optional<Identity> controller(const suite::Request& request, const suite::tcp::endpoint& peer) const;

 private:
  Keys keys_;
};

}  // namespace edge
