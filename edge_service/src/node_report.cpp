#include "edge_service/src/node_report.hpp"

#include <unistd.h>

#include <cmath>
#include <fstream>

#include "common/log.hpp"

namespace edge {

namespace asio = suite::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kLookForInput = 1s;

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

asio::awaitable<void> NodeReport::run() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(kLookForInput);
    const DeclarationPtr declaration = shelf_.declaration(kInput);
    if (declaration && declaration->input_ttl && !shelf_.draining()) {
      const auto written = co_await inputs_.write(kInput, text());
      if (written)
        pause = std::chrono::milliseconds(*declaration->input_ttl) / 3;
      else
        suite::log::debug("report_refused", {{"error", written.error().message}});
    }
    timer.expires_after(pause);
    co_await timer.async_wait(suite::kTuple);
  }
}

std::string NodeReport::text() {
  const auto now = suite::Clock::now();
  const std::uint64_t reads = metrics_.reads();
  const std::chrono::duration<double> passed = now - std::exchange(counted_, now);
  const double rate = passed.count() > 0 ? static_cast<double>(reads - reads_) / passed.count() : 0;
  reads_ = reads;
  const auto state = routes_.state();
  const nlohmann::json report{{"name", node_.name},
                              {"role", node_.role},
                              {"upstream", upstream_},
                              {"version", state["version"]},
                              {"stale", state["stale"]},
                              {"staleness_ms", state["staleness_ms"]},
                              {"streams", metrics_.readers()},
                              {"reads_per_second", std::round(rate * 10) / 10},
                              {"memory_bytes", resident_bytes()}};
  return nlohmann::json::array({{node_.name, {report}}}).dump();
}

}  // namespace edge
