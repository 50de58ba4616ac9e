// The parts of the hot paths, each alone (Google Benchmark, whose options it takes).
//
//   edge_micro_benchmarks [--large] …    --large: stores of 1,000,000 entries, too
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>

#include "tests/bench/micro/apply.hpp"

int main(int count, char** words) {
  char** const end = std::remove_if(words + 1, words + count, [](const char* w) { return !std::strcmp(w, "--large"); });
  const bool large = end != words + count;
  count = static_cast<int>(end - words);
  bench::register_apply(large);
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
