#include "web_service/src/metrics.hpp"

#include <prometheus/text_serializer.h>

namespace suite::web {
namespace {

prometheus::Family<prometheus::Gauge>& gauges(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

const prometheus::Histogram::BucketBoundaries kSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                       0.1,   0.25,   0.5,   1,    2.5,   10};

}  // namespace

Metrics::Metrics()
    : requests_(prometheus::BuildCounter()
                    .Name("web_requests_total")
                    .Help("Requests answered, by route and status")
                    .Register(registry_)),
      durations_(prometheus::BuildHistogram()
                     .Name("web_request_duration_seconds")
                     .Help("From a request's last byte to its answer's first, by route")
                     .Register(registry_)),
      logins_(prometheus::BuildCounter().Name("web_logins_total").Help("Logins, by outcome").Register(registry_)),
      pool_threads_(gauges(registry_, "web_pool_threads", "Threads of a pool; of the database's, its connections")),
      pool_running_(gauges(registry_, "web_pool_running", "Threads of a pool that are at work")),
      pool_waiting_(gauges(registry_, "web_pool_waiting", "Work that waits for a thread of a pool")),
      pool_turned_away_(prometheus::BuildCounter()
                            .Name("web_pool_turned_away_total")
                            .Help("Work that was turned away: the line before a pool was full or too slow")
                            .Register(registry_)),
      database_connected_(
          gauges(registry_, "web_database_connected", "Connections to PostgreSQL that are open").Add({})),
      connections_(gauges(registry_, "web_connections", "Connections of clients that are open").Add({})) {}

void Metrics::request_answered(const std::string& method, const std::string& route, unsigned status,
                               std::chrono::duration<double> took) {
  requests_.Add({{"method", method}, {"route", route}, {"status", std::to_string(status)}}).Increment();
  durations_.Add({{"method", method}, {"route", route}}, kSeconds).Observe(took.count());
}

void Metrics::login(bool succeeded) { logins_.Add({{"outcome", succeeded ? "succeeded" : "failed"}}).Increment(); }

void Metrics::set(const char* pool, const WorkPool::Use& use) {
  const prometheus::Labels labels{{"pool", pool}};
  pool_threads_.Add(labels).Set(static_cast<double>(use.threads));
  pool_running_.Add(labels).Set(static_cast<double>(use.running));
  pool_waiting_.Add(labels).Set(static_cast<double>(use.waiting));
  auto& turned_away = pool_turned_away_.Add(labels);
  turned_away.Increment(static_cast<double>(use.turned_away) - turned_away.Value());
}

std::string Metrics::text(const Now& now) {
  set("database", now.database);
  set("passwords", now.passwords);
  database_connected_.Set(static_cast<double>(now.database_connected));
  connections_.Set(static_cast<double>(now.connections));
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace suite::web
