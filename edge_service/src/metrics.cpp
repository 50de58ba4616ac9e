#include "edge_service/src/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace edge {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric metric(MetricType type, double value) {
  ClientMetric made;
  (type == MetricType::Counter ? made.counter.value : made.gauge.value) = value;
  return made;
}

MetricFamily family(const char* name, const char* help, MetricType type, double value) {
  return {name, help, type, {metric(type, value)}};
}

ClientMetric of_resource(const std::string& resource, double value) {
  ClientMetric made = metric(MetricType::Gauge, value);
  made.label.push_back({"resource", resource});
  return made;
}

}  // namespace

void Metrics::duplicates(const std::string& resource, std::size_t count) {
  const std::lock_guard lock(duplicates_lock_);
  duplicates_[resource] = count;
}

std::uint64_t Metrics::sum(Count Thread::*count) const {
  std::uint64_t total = 0;
  for (const auto& thread : threads_) total += (thread.*count).load(std::memory_order_relaxed);
  return total;
}

std::size_t Metrics::readers() const { return sum(&Thread::joined) - sum(&Thread::left); }

std::string Metrics::text(const Health& health, const Store::Figures& figures, const Followers& followers) const {
  constexpr auto kCounter = MetricType::Counter;
  constexpr auto kGauge = MetricType::Gauge;
  const auto number = [](auto value) { return static_cast<double>(value); };
  const auto now = std::chrono::system_clock::now();
  std::vector<MetricFamily> families{
      family("edge_upstream_connected", "1 while the upstream is proved live", kGauge, health.upstream_connected()),
      family("edge_stale", "1 while the node cannot know that it is fresh", kGauge, health.stale(now)),
      family("edge_staleness_seconds", "age of the state shown while stale, else 0", kGauge,
             number(health.staleness(now).count()) / 1000),
      family("edge_upstream_lost_total", "times that the upstream was lost", kCounter, number(upstream_lost_.load())),
      family("edge_bells_total", "bells heard", kCounter, number(bells_.load())),
      family("edge_pulls_total", "pulls made", kCounter, number(pulls_.load())),
      family("edge_versions_total", "versions applied since the start", kCounter, number(figures.sequence)),
      family("edge_resources", "resources served", kGauge, number(figures.entries_of.size())),
      family("edge_windows", "windows open", kGauge, number(figures.windows)),
      family("edge_history_bytes", "bytes that the history keeps", kGauge, number(figures.history_bytes)),
      family("edge_log_bytes", "bytes that the log keeps for followers", kGauge, number(figures.log_bytes)),
      family("edge_followers", "nodes that follow this one", kGauge, number(followers.all().size())),
      family("edge_replicated_versions_total", "versions sent to followers", kCounter,
             number(followers.versions_sent())),
      family("edge_replicated_bytes_total", "bytes sent to followers", kCounter, number(followers.bytes_sent())),
      family("edge_reads_total", "JSON reads answered", kCounter, number(sum(&Thread::reads))),
      family("edge_streams", "streams open", kGauge, number(readers())),
      family("edge_streams_opened_total", "streams opened", kCounter, number(sum(&Thread::joined))),
      family("edge_frames_total", "frames sent to streams", kCounter, number(sum(&Thread::frames))),
      family("edge_frame_bytes_total", "bytes of those frames", kCounter, number(sum(&Thread::bytes)))};
  MetricFamily held{"edge_entries", "entries held", kGauge, {}};
  for (const auto& [resource, count] : figures.entries_of) held.metric.push_back(of_resource(resource, number(count)));
  families.push_back(std::move(held));
  MetricFamily duplicate{
      "edge_duplicate_keys", "keys that are not unique, whose entry is one of several rows", kGauge, {}};
  {
    const std::lock_guard lock(duplicates_lock_);
    for (const auto& [resource, count] : duplicates_) {
      duplicate.metric.push_back(of_resource(resource, number(count)));
    }
  }
  families.push_back(std::move(duplicate));
  MetricFamily trouble{
      "edge_trouble",
      "1 for an upstream that cannot be followed, and for each resource that is changed, broken, or has duplicate keys",
      kGauge,
      {}};
  for (const auto& [key, ignored] : health.troubles().all()) {
    trouble.metric.push_back(of_resource(key.first, 1));
    trouble.metric.back().label.push_back({"kind", name_of(key.second)});
  }
  families.push_back(std::move(trouble));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace edge
