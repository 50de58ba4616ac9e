// Points in time as text.
#pragma once

#include <chrono>
#include <string>

namespace suite {

// "2026-11-22T07:00:00.123Z"
std::string iso_time(std::chrono::system_clock::time_point time);

// "Sun, 22 Nov 2026 07:00:00 GMT", as HTTP's Date field has it.
std::string http_time(std::chrono::system_clock::time_point time);

}  // namespace suite
