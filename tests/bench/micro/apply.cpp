#include "tests/bench/micro/apply.hpp"

#include <benchmark/benchmark.h>

#include <map>

#include "tests/bench/micro/node.hpp"
#include "tests/bench/micro/posts.hpp"

namespace bench {
namespace {

// A node that lasts until one of another size is asked for: to make a large one takes long.
struct Prepared {
  explicit Prepared(std::int64_t count) : entries(count), node(count, 64 << 20) {}

  std::int64_t entries;
  Node node;
  std::vector<edge::OpenWindowPtr> windows;  // each of another author
};

Prepared& prepared(std::int64_t entries, std::int64_t windows) {
  static std::unique_ptr<Prepared> kept;
  const auto count = static_cast<std::size_t>(windows);
  if (!kept || kept->entries != entries || kept->windows.size() > count) {
    kept.reset();
    kept = std::make_unique<Prepared>(entries);
  }
  while (kept->windows.size() < count) {
    kept->windows.push_back(kept->node.open("author_id=" + std::to_string(kept->windows.size())));
  }
  return *kept;
}

// Pulls to be applied one after the other, again and again: each changes every entry that it names.
std::vector<edge::PgResult> pulls_of(std::int64_t entries, std::int64_t changed) {
  constexpr int kSets = 16;
  std::vector<edge::PgResult> pulls;
  for (int pull = 0; pull < 2 * kSets; ++pull) {
    std::vector<Post> touched;
    for (std::int64_t i = 0; i < changed; ++i) {
      touched.push_back({1 + (pull % kSets * changed + i) * 37 % entries, 1 + pull / kSets});
    }
    pulls.push_back(pull_of(touched, pull + 2));
  }
  return pulls;
}

void apply(benchmark::State& state) {
  const std::int64_t entries = state.range(0), windows = state.range(1), changed = state.range(2);
  Node& node = prepared(entries, windows).node;
  const auto pulls = pulls_of(entries, changed);
  std::size_t next = 0;
  for (auto turn : state) {
    node.apply(pulls[next++ % pulls.size()].get());
    node.catch_up();
  }
  state.SetItemsProcessed(state.iterations() * changed);
}

}  // namespace

void register_apply(bool large) {
  auto* benchmark = benchmark::RegisterBenchmark("apply", apply);
  benchmark->ArgNames({"entries", "windows", "changed"})->Unit(benchmark::kMicrosecond);
  for (const std::int64_t entries : {1'000, 100'000, 1'000'000}) {
    if (entries == 1'000'000 && !large) continue;
    for (const std::int64_t windows : {0, 1, 100, 10'000}) {
      for (const std::int64_t changed : {1, 1'000}) benchmark->Args({entries, windows, changed});
    }
  }
}

}  // namespace bench
