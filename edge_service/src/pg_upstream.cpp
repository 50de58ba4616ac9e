#include "edge_service/src/pg_upstream.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <nlohmann/json.hpp>

#include "common/log.hpp"
#include "edge_service/src/entry_reader.hpp"
#include "edge_service/src/queries.hpp"

namespace edge {

namespace asio = suite::asio;
namespace log = suite::log;
using suite::Clock;
using namespace std::chrono_literals;

namespace {

// How long the server may work on a pull, or pause between two rows of a load. A dead link is noticed long before, by
// the probe; this only bounds a server that is alive and stuck.
constexpr auto kPatience = 10min;

std::string reason_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

PgUpstream::PgUpstream(asio::io_context& core, PgUpstreamOptions options, BatchSink& sink, Health& health,
                       Metrics& metrics)
    : core_(core),
      options_(std::move(options)),
      sink_(sink),
      health_(health),
      metrics_(metrics),
      bell_(core.get_executor()),
      backoff_(100ms, options_.longest_pause),
      probe_prefix_(options_.node + "/" + std::to_string(new_lineage()) + "/") {}

PgConnection::Deadline PgUpstream::soon() const { return Clock::now() + 2 * options_.probe; }

asio::awaitable<void> PgUpstream::run() {
  asio::steady_timer pause(core_);
  for (std::size_t turn = 0; !stopping_; ++turn) {
    std::string problem;
    try {
      co_await follow(options_.urls[turn % options_.urls.size()]);
    } catch (const asio::multiple_exceptions& errors) {
      problem = reason_of(errors.first_exception());  // the second is only the cancellation of the other half
    } catch (const std::exception& error) {
      problem = error.what();
    }
    health_.disconnected();
    listener_.reset();
    puller_.reset();
    if (stopping_) break;
    metrics_.upstream_lost();
    const auto delay = backoff_.next();
    log::warn("upstream_lost", {{"error", problem}, {"retry_ms", delay.count()}});
    pause.expires_after(delay);
    co_await pause.async_wait(suite::kTuple);
  }
}

asio::awaitable<void> PgUpstream::follow(const std::string& url) {
  using namespace asio::experimental::awaitable_operators;
  const auto executor = core_.get_executor();
  listener_ = std::make_unique<PgConnection>(executor, url, options_.node + " listen");
  puller_ = std::make_unique<PgConnection>(executor, url, options_.node + " pull");
  const auto deadline = Clock::now() + 5s;
  co_await listener_->connect(deadline);
  co_await puller_->connect(deadline);
  co_await puller_->run(in_turn(pg(queries::kSession)), soon());
  co_await puller_->run(in_turn(pg(queries::kTimeouts)), soon());
  co_await listener_->run(in_turn(pg("LISTEN edge"), pg("LISTEN edge_probe")), soon());
  probe_sent_ = probe_heard_ = 0;
  co_await (listen() && pull_for_ever());  // the first to fail ends both
}

asio::awaitable<void> PgUpstream::listen() {
  for (auto next_probe = Clock::now();;) {
    if (Clock::now() >= next_probe) {
      if (probe_sent_ >= probe_heard_ + 2) throw PgError("two probes did not come back: the bell is not heard");
      next_probe = Clock::now() + options_.probe;
      ++probe_sent_;
      co_await listener_->run(in_turn(pg(queries::kProbe, probe_prefix_ + std::to_string(probe_sent_))), soon());
    }
    if (const auto heard = co_await listener_->notification(next_probe)) hear(*heard);
  }
}

void PgUpstream::hear(const PgConnection::Notification& heard) {
  if (heard.channel == "edge") {
    metrics_.bell_heard();
    bell_.ring();
    return;
  }
  if (heard.payload.compare(0, probe_prefix_.size(), probe_prefix_) != 0) return;  // another edge's
  probe_heard_ = std::stoull(heard.payload.substr(probe_prefix_.size()));
  if (probe_heard_ != 1) return;
  health_.connected();
  log::info("upstream_connected", {{"upstream", "postgresql"}});
}

asio::awaitable<void> PgUpstream::pull_for_ever() {
  for (auto next_acknowledgement = Clock::now();;) {
    // Before the first pull, too: from then on the triggers journal for us.
    if (Clock::now() >= next_acknowledgement) {
      next_acknowledgement = Clock::now() + options_.probe;
      co_await acknowledge();
    }
    co_await pull();
    backoff_.reset();
    co_await bell_.wait_until(std::min(next_acknowledgement, Clock::now() + options_.poll));
  }
}

// Renews our lease on the journal and says how far it may be pruned for us. A refusal (another edge is doing the same)
// is made good a second later; should the lease lapse, the next pull is told to read everything anew.
asio::awaitable<void> PgUpstream::acknowledge() {
  bool refused = false;
  try {
    co_await puller_->run(
        in_turn(pg(queries::kBeginAcknowledge),
                pg(queries::kAcknowledge, options_.node, since_, std::to_string(kLeaseSeconds)), pg("COMMIT")),
        Clock::now() + kPatience);
  } catch (const PgError& error) {
    if (!error.answered()) throw;
    log::warn("acknowledge_refused", {{"error", error.what()}, {"sqlstate", error.state}});
    refused = true;
  }
  if (refused) co_await puller_->run(in_turn(pg("ROLLBACK")), soon());
}

std::string PgUpstream::held_json() const {
  nlohmann::json held = nlohmann::json::object();
  for (const auto& [name, resource] : held_) {
    held[name] = {{"revision", resource.declaration->revision}, {"loaded", resource.loaded}};
  }
  return held.dump();
}

std::vector<PgStatement> PgUpstream::pull_statements(bool lock) const {
  auto statements = in_turn(pg(queries::kBegin));
  std::string views;
  for (const auto& [name, resource] : held_) views.append(views.empty() ? "" : ", ").append(resource.declaration->view);
  if (lock && !views.empty()) statements.push_back(pg("LOCK TABLE " + views + " IN ACCESS SHARE MODE"));
  statements.push_back(pg(queries::kPull, since_, marker_, held_json()));
  return statements;
}

// Looks until everything up to one snapshot is applied.
asio::awaitable<void> PgUpstream::pull() {
  for (;;) {
    const auto began = std::chrono::system_clock::now();
    auto statements = pull_statements();
    statements.push_back(pg("COMMIT"));
    PullReport report;
    std::optional<PgError> refused;
    try {
      const auto results = co_await puller_->run(std::move(statements), Clock::now() + kPatience);
      report = PullReport::read(results[results.size() - 2].get(), declared());
    } catch (const PgError& error) {
      if (!error.answered()) throw;
      refused = error;
    }
    metrics_.pulled();
    if (refused) {
      log::warn("pull_refused", {{"error", refused->what()}, {"sqlstate", refused->state}});
      co_await puller_->run(in_turn(pg("ROLLBACK")), soon());
      co_await survey();
    } else if (!report.marker) {
      co_await renew_marker();
    } else if (!report.declared.empty()) {
      learn(report);
    } else if (!report.whole.empty()) {
      co_await deliver_whole(began);
    } else {
      deliver(std::move(report), {}, began);
      co_return;
    }
  }
}

// After a pull was refused: a view that we lock may be gone or replaced. A pull without the lock is of no use as a
// version, but it tells which resources are published now. Throws where that explains nothing.
asio::awaitable<void> PgUpstream::survey() {
  auto statements = pull_statements(false);
  statements.push_back(pg("COMMIT"));
  PullReport report;
  try {
    const auto results = co_await puller_->run(std::move(statements), Clock::now() + kPatience);
    report = PullReport::read(results[results.size() - 2].get(), declared());
  } catch (const PgError& error) {
    throw PgError(error.what());  // begin anew with new connections, after a pause
  }
  if (report.declared.empty() && report.unpublished.empty()) {
    throw PgError("the database refuses to be pulled from, see pull_refused");
  }
  learn(report);
  for (auto& name : report.unpublished) {
    held_.erase(name);
    gone_.push_back(std::move(name));
  }
}

// A pull with its transaction left open, to read what must be read whole at the same snapshot.
asio::awaitable<void> PgUpstream::deliver_whole(Health::Time began) {
  const auto results = co_await puller_->run(pull_statements(), Clock::now() + kPatience);
  PullReport report = PullReport::read(results.back().get(), declared());
  const bool moved = !report.marker || !report.declared.empty();  // the catalog, since the first look
  std::vector<ResourceBatch> whole;
  if (moved) report.whole.clear();
  for (const auto& name : report.whole) {
    const DeclarationPtr declaration = held_.at(name).declaration;
    EntryReader entries(declaration, true);
    co_await puller_->stream(
        pg(declaration->load),
        [&](const PGresult* row) { entries.add(pg_field(row, 0, 0), pg_field(row, 0, 1), pg_field(row, 0, 2)); },
        kPatience);
    report.duplicates.emplace_back(name, entries.duplicates());
    whole.push_back(entries.take());
  }
  co_await puller_->run(in_turn(pg("COMMIT")), Clock::now() + kPatience);
  if (!moved) deliver(std::move(report), std::move(whole), began);
}

// A crash of the database has emptied the journal: begin a new one. Everything is read anew after it.
asio::awaitable<void> PgUpstream::renew_marker() {
  log::info("journal_renewed", {});
  co_await puller_->run(in_turn(pg(queries::kRenewMarker)), soon());
  marker_.reset();
  since_.reset();
}

Declarations PgUpstream::declared() const {
  Declarations declarations;
  for (const auto& [name, resource] : held_) declarations[name] = resource.declaration;
  return declarations;
}

void PgUpstream::learn(PullReport& report) {
  for (auto& declaration : report.declared) {
    const std::string name = declaration->name;
    held_[name] = {std::move(declaration), false};
  }
}

void PgUpstream::deliver(PullReport&& report, std::vector<ResourceBatch> whole, Health::Time began) {
  for (const auto& [name, count] : report.duplicates) {
    metrics_.duplicates(name, count);
    if (count > 0)
      log::warn("duplicate_keys",
                {{"resource", name}, {"rows", count}, {"shown", "the one whose JSON text sorts first"}});
  }
  auto snapshot = Snapshot::parse(report.snapshot);
  if (!snapshot) throw PgError("edge.pull broke its contract: \"" + report.snapshot + "\" is no snapshot");
  Batch batch;
  batch.snapshot = std::move(*snapshot);
  batch.resources = std::move(report.touched);
  for (auto& resource : whole) {
    held_.at(resource.declaration->name).loaded = true;
    batch.resources.push_back(std::move(resource));
  }
  for (const auto& name : report.unpublished) held_.erase(name);
  batch.unpublished = std::move(report.unpublished);
  batch.unpublished.insert(batch.unpublished.end(), gone_.begin(), gone_.end());
  gone_.clear();
  since_ = report.snapshot;
  marker_ = report.marker;
  health_.fresh_as_of(began);  // first, so that who is served finds it set
  sink_.apply(std::move(batch));
}

asio::awaitable<void> PgUpstream::leave() {
  stopping_ = true;
  if (puller_) {
    try {
      PgConnection goodbye(core_.get_executor(), options_.urls.front(), options_.node + " leave");
      co_await goodbye.connect(Clock::now() + 1s);
      co_await goodbye.run(in_turn(pg(queries::kRelease, options_.node)), Clock::now() + 1s);
    } catch (const std::exception& error) {  // the lease ends by itself
      log::info("release_failed", {{"error", error.what()}});
    }
  }
  if (listener_) listener_->close();
  if (puller_) puller_->close();
}

}  // namespace edge
