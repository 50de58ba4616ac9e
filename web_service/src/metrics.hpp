// What this service counts, for Prometheus.
//
// Owner     main.
// Threads   Any.
// Bounds    Labels come from the route table and the statuses we answer, never from a client.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <string>

#include "web_service/src/work_pool.hpp"

namespace suite::web {

class Metrics {
 public:
  Metrics();

  void request_answered(const std::string& method, const std::string& route, unsigned status,
                        std::chrono::duration<double> took);
  void login(bool succeeded);

  // Read when somebody asks, not when they change.
  struct Now {
    WorkPool::Use database;
    std::size_t database_connected = 0;
    WorkPool::Use passwords;
    std::size_t connections = 0;
  };
  std::string text(const Now& now);

 private:
  void set(const char* pool, const WorkPool::Use& use);

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Counter>& logins_;
  prometheus::Family<prometheus::Gauge>& pool_threads_;
  prometheus::Family<prometheus::Gauge>& pool_running_;
  prometheus::Family<prometheus::Gauge>& pool_waiting_;
  prometheus::Family<prometheus::Counter>& pool_turned_away_;
  prometheus::Gauge& database_connected_;
  prometheus::Gauge& connections_;
};

}  // namespace suite::web
