// A request's target, taken apart: decoded path segments and the query as it came. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge {

struct RequestPath {
  std::string path;                   // as it came, without the query
  std::vector<std::string> segments;  // "/v1/resources/posts" → "v1", "resources", "posts"
  std::string query;                  // still percent-encoded

  // Nothing where the target is no valid path.
  static std::optional<RequestPath> parse(std::string_view target);

  // True where the segments begin with these and `more` others follow.
  bool is(std::initializer_list<std::string_view> begin, std::size_t more = 0) const;
};

}  // namespace edge
