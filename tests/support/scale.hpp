// How much a test of faults does: a little in every run, all of it where EDGE_TEST_FULL is set.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

namespace suite::test {

inline bool full_scale() {
  const char* const asked = std::getenv("EDGE_TEST_FULL");
  return asked && *asked && std::string(asked) != "0";
}

inline int scaled(int usually, int fully) { return full_scale() ? fully : usually; }

// A figure that is told and not judged: in the report and on the screen.
inline void note(const std::string& name, long long value, const std::string& unit) {
  ::testing::Test::RecordProperty(name, std::to_string(value));
  std::cout << "[     note ] " << name << ": " << value << " " << unit << "\n";
}

}  // namespace suite::test
