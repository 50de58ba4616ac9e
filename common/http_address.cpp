#include "common/http_address.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace suite {

std::optional<HttpAddress> parse_http_address(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->scheme_id() != boost::urls::scheme::http) return std::nullopt;
  if (parsed->has_userinfo() || parsed->has_query() || parsed->has_fragment()) return std::nullopt;
  if (parsed->host().empty() || (parsed->has_port() && parsed->port_number() == 0)) return std::nullopt;
  if (const auto path = parsed->encoded_path(); !path.empty() && path != "/") return std::nullopt;

  HttpAddress address;
  address.host = parsed->host_address();
  address.port = parsed->has_port() ? std::string(parsed->port()) : "80";
  address.authority = std::string(parsed->encoded_host()) + ":" + address.port;
  return address;
}

}  // namespace suite
