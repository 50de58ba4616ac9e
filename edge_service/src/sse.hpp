// Server-Sent Events as text: the frames of design.md 5. Pure.
//
// Safe      No value can end a field early: line ends inside JSON (a column of type json may hold them) are carried
//           as further data lines, ids and reasons are the service's own words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "edge_service/src/change.hpp"

namespace edge::sse {

inline constexpr std::string_view kRetry = "retry: 1000\n\n";

std::string init(std::string_view id, const std::vector<EntryPtr>& contents);
std::string update(std::string_view id, const Changes& changes);
// About how many bytes the changes take in it.
std::size_t size_of(const Changes& changes);
std::string heartbeat(std::string_view id, std::string_view fresh_as_of, std::int64_t staleness_ms);
std::string end(std::string_view reason);

// "[[42,[{…}]],…]": a window's contents as Skip's protocol and the frames have them.
std::string pairs(const std::vector<EntryPtr>& contents);

}  // namespace edge::sse
