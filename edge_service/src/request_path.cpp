#include "edge_service/src/request_path.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace edge {

std::optional<RequestPath> RequestPath::parse(std::string_view target) {
  const auto url = boost::urls::parse_origin_form(target);
  if (!url) return std::nullopt;
  RequestPath parsed;
  parsed.path = std::string(url->encoded_path());
  parsed.query = std::string(url->encoded_query());
  for (const auto segment : url->encoded_segments()) parsed.segments.push_back(segment.decode());
  return parsed;
}

bool RequestPath::is(std::initializer_list<std::string_view> begin, std::size_t more) const {
  return segments.size() == begin.size() + more && std::equal(begin.begin(), begin.end(), segments.begin());
}

}  // namespace edge
