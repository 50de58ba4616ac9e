// Frames and answers: made once per version and window, whoever gets them.
#include <benchmark/benchmark.h>

#include "edge_service/src/contents.hpp"
#include "edge_service/src/sse.hpp"
#include "tests/bench/micro/posts.hpp"

namespace bench {
namespace {

constexpr std::string_view kId = "0123456789abcdef.123456.0123456789abcdef";

std::vector<edge::EntryPtr> newest(std::int64_t count) {
  std::vector<edge::EntryPtr> entries;
  for (std::int64_t number = count; number > 0; --number) entries.push_back(entry_of({number}));
  return entries;
}

// So many posts, each with another text than before.
edge::Changes edited(std::int64_t count, std::int64_t edition = 1) {
  edge::Changes changes;
  for (std::int64_t number = 1; number <= count; ++number) {
    changes.push_back({entry_of({number, edition - 1}), entry_of({number, edition})});
  }
  return changes;
}

void update_frame(benchmark::State& state) {
  const edge::Changes changes = edited(state.range(0));
  for (auto turn : state) benchmark::DoNotOptimize(edge::sse::update(kId, changes));
}
BENCHMARK(update_frame)->ArgName("changes")->Arg(1)->Arg(1000);

void init_frame(benchmark::State& state) {
  const auto entries = newest(state.range(0));
  for (auto turn : state) benchmark::DoNotOptimize(edge::sse::init(kId, entries));
}
BENCHMARK(init_frame)->ArgName("entries")->Arg(25)->Arg(1000);

// For a reader that missed so many versions, each of one entry: of five in turn.
void folded_frame(benchmark::State& state) {
  std::vector<edge::Changes> steps;
  for (std::int64_t step = 0; step < state.range(0); ++step) {
    const std::int64_t number = 1 + step % 5, edition = step / 5;
    steps.push_back({{entry_of({number, edition}), entry_of({number, edition + 1})}});
  }
  std::vector<const edge::Changes*> missed;
  for (const auto& step : steps) missed.push_back(&step);
  for (auto turn : state) benchmark::DoNotOptimize(edge::sse::update(kId, edge::folded(missed)));
}
BENCHMARK(folded_frame)->ArgName("versions")->Arg(2)->Arg(10)->Arg(100);

// A GET's answer, of contents that nobody has asked for yet.
void plain_answer(benchmark::State& state) {
  const auto entries = newest(state.range(0));
  for (auto turn : state) {
    const edge::Contents contents(entries, std::string(kId), false, false);
    benchmark::DoNotOptimize(contents.plain().body.data());
  }
}
BENCHMARK(plain_answer)->ArgName("entries")->Arg(25)->Arg(1000);

void gzip_answer(benchmark::State& state) {
  const auto entries = newest(state.range(0));
  for (auto turn : state) {
    const edge::Contents contents(entries, std::string(kId), false, false);
    benchmark::DoNotOptimize(contents.gzip().body.data());
  }
}
BENCHMARK(gzip_answer)->ArgName("entries")->Arg(25)->Arg(1000);

}  // namespace
}  // namespace bench
