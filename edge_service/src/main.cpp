// The edge service: what it is made of, in the order in which the parts need each other.
#include <sodium.h>

#include <boost/asio/signal_set.hpp>
#include <iostream>

#include "common/http_server.hpp"
#include "common/log.hpp"
#include "edge_service/src/config.hpp"
#include "edge_service/src/control_routes.hpp"
#include "edge_service/src/deletions.hpp"
#include "edge_service/src/edge_upstream.hpp"
#include "edge_service/src/input_relay.hpp"
#include "edge_service/src/inputs.hpp"
#include "edge_service/src/node_report.hpp"
#include "edge_service/src/pg_upstream.hpp"

namespace {

namespace asio = suite::asio;
namespace log = suite::log;
using namespace std::chrono_literals;

log::Level level_of(const std::string& name) {
  if (name == "debug") return log::Level::debug;
  if (name == "warn") return log::Level::warn;
  return name == "error" ? log::Level::error : log::Level::info;
}

// What one io thread serves with.
struct ThreadParts {
  ThreadParts(asio::io_context& io, std::size_t thread, edge::Store& store, edge::Health& health,
              std::function<void()> nudge, edge::Metrics& metrics, const edge::ShelfLimits& shelf_limits,
              const edge::ReaderLimits& reader_limits)
      : shelf(io, thread, store, health, std::move(nudge), shelf_limits),
        answers(shelf, thread, metrics, reader_limits) {}

  edge::Shelf shelf;
  edge::ResourceAnswers answers;
};

// Where a node's versions come from, and where inputs are written: what a leader and a follower differ in.
struct Source {
  Source(const edge::Config& config, asio::io_context& core, edge::Store& store, edge::Health& health,
         edge::Metrics& metrics, edge::Ancestry& ancestry) {
    if (config.upstream_edges.empty()) {
      follow_database(config, core, store, health, metrics);
    } else {
      follow_edges(config, core, store, health, metrics, ancestry);
    }
  }

  void follow_database(const edge::Config& config, asio::io_context& core, edge::Store& store, edge::Health& health,
                       edge::Metrics& metrics) {
    inputs =
        std::make_unique<edge::Inputs>(core.get_executor(), store,
                                       edge::InputLimits{static_cast<std::size_t>(config.max_input_entries),
                                                         static_cast<std::size_t>(config.max_input_mb) * 1024 * 1024});
    inputs->add(edge::Deletions::declaration());
    edge::PgUpstreamOptions options;
    options.urls = config.upstream;
    options.node = config.node;
    options.probe = config.probe;
    options.poll = config.poll;
    upstream = std::make_unique<edge::PgUpstream>(core, std::move(options), *inputs, health, metrics);
    writer = std::make_unique<edge::LocalInputs>(core.get_executor(), *inputs);
    name = "postgresql";
  }

  void follow_edges(const edge::Config& config, asio::io_context& core, edge::Store& store, edge::Health& health,
                    edge::Metrics& metrics, edge::Ancestry& ancestry) {
    edge::EdgeUpstreamOptions options;
    options.addresses = config.upstream_edges;
    options.node = config.node;
    options.control_token = config.control_token;
    options.probe = config.probe;
    auto edges = std::make_unique<edge::EdgeUpstream>(core, options, store, health, metrics, ancestry);
    writer = std::make_unique<edge::InputRelay>(core, options, *edges);
    upstream = std::move(edges);
    for (const auto& address : options.addresses) name += (name.empty() ? "" : ",") + address.authority;
  }

  std::unique_ptr<edge::Inputs> inputs;  // of a leader
  std::unique_ptr<edge::Upstream> upstream;
  std::unique_ptr<edge::InputWriter> writer;
  std::string name;  // of the upstream, for people
};

int serve(const edge::Config& config) {
  const auto threads = static_cast<std::size_t>(config.threads);
  edge::NodeInfo node{config.node, config.upstream_edges.empty() ? "leader" : "follower", config.max_staleness};
  const edge::Authorizer authorizer(
      {config.jwt_secret, {config.jwt_claim, config.jwt_issuer}, config.jwt_cookie, config.control_token});
  edge::StreamIds stream_ids(config.stream_secret.empty() ? config.jwt_secret : config.stream_secret);
  edge::Metrics metrics(threads);
  edge::Health health(2 * config.probe, threads);

  suite::IoThreads core(1);
  suite::IoThreads io(threads);
  edge::Store store(core[0], static_cast<std::size_t>(config.history_mb) * 1024 * 1024);
  const Source source(config, core[0], store, health, metrics, node.ancestry);
  edge::Upstream* const upstream = source.upstream.get();

  const auto client_buffer = static_cast<std::size_t>(config.client_buffer_kb) * 1024;
  const edge::ShelfLimits shelf_limits{static_cast<std::size_t>(config.max_windows), client_buffer, 60s};
  const edge::ReaderLimits reader_limits{config.max_wait, config.heartbeat, client_buffer};
  std::vector<std::unique_ptr<ThreadParts>> parts;
  for (std::size_t i = 0; i < threads; ++i) {
    parts.push_back(std::make_unique<ThreadParts>(
        io[i], i, store, health, [upstream] { upstream->nudge(); }, metrics, shelf_limits, reader_limits));
  }
  const auto on_every_shelf = [&](const std::function<void(edge::Shelf&)>& act) {
    for (std::size_t i = 0; i < threads; ++i) asio::post(io[i], [&shelf = parts[i]->shelf, act] { act(shelf); });
  };

  const auto end_streams = [&](const std::string& nonce) {
    on_every_shelf([nonce](edge::Shelf& shelf) { shelf.end_streams(nonce); });
  };
  edge::Deletions deletions(store, stream_ids, *source.writer, end_streams);
  edge::NodeReport report(node, parts[0]->shelf, metrics, *source.writer, source.name);

  suite::HttpLimits http_limits;
  http_limits.connections = static_cast<std::size_t>(config.max_connections);
  suite::HttpServer streaming(io, config.bind, config.streaming_port, http_limits, [&](std::size_t i) {
    return std::make_shared<edge::StreamingRoutes>(node, parts[i]->shelf, parts[i]->answers, authorizer, stream_ids);
  });
  suite::HttpServer control(io, config.bind, config.control_port, http_limits, [&](std::size_t i) {
    return std::make_shared<edge::ControlRoutes>(node, parts[i]->shelf, parts[i]->answers, authorizer, stream_ids,
                                                 metrics, *source.writer, [&](const std::string& nonce) {
                                                   end_streams(nonce);
                                                   deletions.told();
                                                 });
  });

  asio::io_context main_context(1);
  asio::signal_set signals(main_context, SIGTERM, SIGINT);
  asio::co_spawn(core[0], upstream->run(), asio::detached);
  asio::co_spawn(core[0], deletions.run(), asio::detached);
  asio::co_spawn(io[0], report.run(), asio::detached);
  on_every_shelf([](edge::Shelf& shelf) { shelf.start(); });
  streaming.start();
  control.start();
  core.start();
  io.start();
  log::info("started", {{"version", SUITE_VERSION},
                        {"streaming_port", streaming.port()},
                        {"control_port", control.port()},
                        {"threads", threads}});
  if (config.jwt_secret.empty()) log::warn("no_jwt_secret", {{"effect", "owner-scoped resources answer 401"}});

  signals.async_wait([&](suite::error_code, int signal) {
    log::info("draining", {{"signal", signal}, {"streams", metrics.readers()}});
    health.drain();
    on_every_shelf([&](edge::Shelf& shelf) { shelf.drain(config.drain); });
    asio::co_spawn(
        main_context,
        [&]() -> asio::awaitable<void> {
          // Every stream ends at its moment within the drain; a little more is for the last writes.
          asio::steady_timer tick(main_context);
          const auto last = suite::Clock::now() + config.drain + 1s;
          while (metrics.readers() > 0 && suite::Clock::now() < last) {
            tick.expires_after(50ms);
            co_await tick.async_wait(suite::kTuple);
          }
          streaming.drain();
          control.drain();
          co_await asio::co_spawn(core[0], upstream->leave(), asio::use_awaitable);
          while (streaming.connections() + control.connections() > 0 && suite::Clock::now() < last) {
            tick.expires_after(20ms);
            co_await tick.async_wait(suite::kTuple);
          }
          // What is left is cut: nothing may outlive what it stands on.
          streaming.close();
          control.close();
          on_every_shelf([](edge::Shelf& shelf) { shelf.streams().close_all(); });
          const auto cut = suite::Clock::now() + 1s;
          while (streaming.connections() + control.connections() > 0 && suite::Clock::now() < cut) {
            tick.expires_after(5ms);
            co_await tick.async_wait(suite::kTuple);
          }
        },
        asio::detached);
  });
  main_context.run();
  io.stop();
  core.stop();
  log::info("stopped", {});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  edge::Config config;
  try {
    if (config.parse(argc, argv) == suite::Settings::Outcome::done) return 0;
  } catch (const suite::BadSetting& bad) {
    std::cerr << "edge_service: " << bad.what() << std::endl;
    return 2;
  }
  if (sodium_init() < 0) {
    std::cerr << "edge_service: libsodium could not be initialised" << std::endl;
    return 1;
  }
  log::configure({level_of(config.log_level), config.log_format == "text" ? log::Format::text : log::Format::json,
                  "edge", config.node});
  try {
    return serve(config);
  } catch (const std::exception& error) {
    log::error("failed", {{"error", error.what()}});
    std::cerr << "edge_service: " << error.what() << std::endl;
    return 1;
  }
}
