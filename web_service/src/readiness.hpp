// Whether database and edges can be reached: asked once a second, so that a health check is answered at once and costs
// nothing however often it comes.
//
// Owner     main.
// Threads   run() on one io thread; now() from any.
// Slow      A question that has no answer for kOldest counts as answered with no.
#pragma once

#include <mutex>

#include "web_service/src/database.hpp"
#include "web_service/src/edge_client.hpp"

namespace suite::web {

class Readiness {
 public:
  static constexpr std::chrono::milliseconds kEvery{1000};
  static constexpr std::chrono::seconds kOldest{4};

  struct State {
    bool database = false;
    bool edge = false;
    bool ready() const { return database && edge; }
  };

  // Asks for ever, on the executor it is spawned on. What it is given outlives that.
  asio::awaitable<void> run_database(Database& database);
  asio::awaitable<void> run_edge(EdgeClient& edge);

  State now() const;

 private:
  struct Known {
    bool reachable = false;
    bool told = false;  // logged, whichever it was
    Clock::time_point at;
  };

  void learn(Known& known, const char* what, bool reachable);

  mutable std::mutex mutex_;
  Known database_;
  Known edge_;
};

}  // namespace suite::web
