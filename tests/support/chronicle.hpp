// What a stream has told, from its beginning, frame by frame.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/support/sse_client.hpp"

namespace suite::test {

// What is wrong with the entries that a reader was shown at one moment; empty where nothing is.
using Judge = std::function<std::string(const SseClient::Entries&)>;

// Takes all frames that have come to a reader whose `init` has not been taken. Success where that `init` is the only
// one, every entry that an `update` names differs from what was shown before, and the judge finds nothing wrong with
// any state on the way.
::testing::AssertionResult told_truly(SseClient& reader, const Judge& judge = {});

}  // namespace suite::test
