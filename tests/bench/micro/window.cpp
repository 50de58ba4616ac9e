// Opening a window (filter, sort, limit), and moving it by one change, the entry's move in its bucket included.
#include "edge_service/src/window.hpp"

#include <benchmark/benchmark.h>

#include <array>

#include "edge_service/src/parameters.hpp"
#include "tests/bench/micro/node.hpp"
#include "tests/bench/micro/posts.hpp"

namespace bench {
namespace {

constexpr std::int64_t kEntries = 100'000;

edge::WindowSpec spec_of(std::string_view query) {
  return window_of(*edge::Parameters::from_query(query), *posts_declaration(), std::nullopt).value();
}

// Opened and closed. `held`: a window beside that needs the same index, so that it is not made anew each time.
void open(benchmark::State& state, const char* query, const char* held) {
  Node node(kEntries, 1 << 20);
  const auto beside = node.open(held);
  const edge::WindowSpec spec = spec_of(query);
  for (auto turn : state) {
    const edge::Opened opened = node.store().open(spec, posts_declaration()->revision, 0);
    benchmark::DoNotOptimize(opened.contents->entries().data());
    node.store().close("posts", opened.id, 0);
  }
}
BENCHMARK_CAPTURE(open, newest_25, "limit=25", "limit=1");
BENCHMARK_CAPTURE(open, newest_1000, "limit=1000", "limit=1");
BENCHMARK_CAPTURE(open, of_an_author, "author_id=7", "author_id=8");
BENCHMARK_CAPTURE(open, tagged_25_of_4000, "tags=tag7", "tags=tag8");
BENCHMARK_CAPTURE(open, newest_of_an_author, "author_id=7&limit=1", "author_id=8");
BENCHMARK_CAPTURE(open, tagged_twice, "tags=tag7&tags=tag0", "tags=tag8");
BENCHMARK_CAPTURE(open, first_of_its_index, "author_id=7", "limit=1")->Unit(benchmark::kMillisecond);

// The window of so many entries of a bucket (0: of all) sees one of them get another text, again and again.
void move(benchmark::State& state, std::size_t limit, std::int64_t changed) {
  std::array<edge::EntryPtr, 2> editions{entry_of({changed, 0}), entry_of({changed, 1})};
  edge::Bucket bucket;
  bucket.entries.insert(editions[0]);
  for (Post post{1}; post.number <= kEntries; ++post.number) bucket.entries.insert(entry_of(post));  // but this one
  edge::WindowSpec spec;
  spec.resource = "posts";
  if (limit > 0) spec.limit = limit;
  edge::Window window(1, spec);
  window.settle(&bucket, {}, {});
  window.refresh(nullptr);
  for (auto turn : state) {
    const edge::Changes seen{{editions[0], editions[1]}};
    bucket.entries.erase(editions[0]);
    bucket.entries.insert(editions[1]);
    benchmark::DoNotOptimize(window.advance(seen, nullptr));
    std::swap(editions[0], editions[1]);
  }
}
BENCHMARK_CAPTURE(move, newest_25, 25, kEntries - 10);
BENCHMARK_CAPTURE(move, newest_1000, 1000, kEntries - 10);
BENCHMARK_CAPTURE(move, newest_25_untouched, 25, 10);
BENCHMARK_CAPTURE(move, whole, 0, kEntries - 10);

}  // namespace
}  // namespace bench
