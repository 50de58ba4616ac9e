#include "tests/support/chronicle.hpp"

namespace suite::test {
namespace {

using Entries = SseClient::Entries;

// Applies a frame; what is wrong with it.
std::string apply(const SseFrame& frame, Entries& state) {
  for (const auto& pair : frame.json()) {
    const std::string key = pair.at(0).dump();
    const auto known = state.find(key);
    if (pair.at(1).empty()) {
      if (known == state.end()) return "what was not there left: " + key;
      state.erase(known);
    } else {
      // As text: 1 and 1.0 are two values.
      if (known != state.end() && known->second.dump() == pair.at(1).at(0).dump()) return "no difference: " + key;
      state[key] = pair.at(1).at(0);
    }
  }
  return {};
}

}  // namespace

::testing::AssertionResult told_truly(SseClient& reader, const Judge& judge) {
  Entries state;
  std::size_t frames = 0;
  const auto fault = [&](const SseFrame& frame, const std::string& what) {
    return ::testing::AssertionFailure() << what << " (frame " << frames << ", " << frame.event << " " << frame.id
                                         << ", " << frame.data.substr(0, 500) << ")";
  };
  for (;;) {
    const auto frame = reader.next_change(std::chrono::milliseconds(0));
    if (frame.event.empty()) break;
    ++frames;
    if ((frame.event == "init") != (frames == 1)) return fault(frame, "a stream has one init, at its beginning");
    if (frame.event != "init" && frame.event != "update") return fault(frame, "the stream was ended");
    if (const auto wrong = apply(frame, state); !wrong.empty()) return fault(frame, wrong);
    if (const auto wrong = judge ? judge(state) : std::string(); !wrong.empty()) return fault(frame, wrong);
  }
  if (frames == 0) return ::testing::AssertionFailure() << "the stream told nothing";
  return ::testing::AssertionSuccess();
}

}  // namespace suite::test
