// Where an HTTP service listens, as a base URL names it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace suite {

struct HttpAddress {
  std::string host;  // a name, an IPv4 address, or an IPv6 address without brackets
  std::string port;
  std::string authority;  // "host:port" as the Host field and a log have it

  bool operator==(const HttpAddress&) const = default;
};

// "http://host[:port][/]", or nothing: another scheme, credentials, a path, a query.
std::optional<HttpAddress> parse_http_address(std::string_view url);

}  // namespace suite
