#include "edge_service/src/pg_upstream.hpp"

#include "common/log.hpp"
#include "edge_service/src/both.hpp"
#include "edge_service/src/queries.hpp"

namespace edge {

namespace asio = suite::asio;
namespace log = suite::log;
using suite::Clock;
using namespace std::chrono_literals;

namespace {

constexpr auto kConnectWithin = 5s;

// What to do about a refusal that no waiting mends.
std::string_view hint_of(std::string_view state) {
  if (state == "42501")
    return "; as the owner of the schema edge: SELECT edge.grant_edge('<the role of EDGE_UPSTREAM>')";
  if (state == "3F000") return "; install db/edge.sql in that database";
  if (state == "42883") return "; install the db/edge.sql of this release in that database";
  return "";
}

std::string problem_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const PgError& error) {
    return error.what() + std::string(hint_of(error.state));
  } catch (const std::exception& error) {
    return error.what();
  }
}

Wakefulness::Limits limits_of(const PgUpstreamOptions& options) {
  Wakefulness::Limits limits;
  limits.poll = options.poll;
  return limits;
}

}  // namespace

PgUpstream::PgUpstream(asio::io_context& core, PgUpstreamOptions options, BatchSink& sink, Health& health,
                       Metrics& metrics)
    : core_(core),
      options_(std::move(options)),
      health_(health),
      metrics_(metrics),
      bell_(core.get_executor()),
      backoff_(100ms, options_.longest_pause),
      consumer_(options_.node + "/" + std::to_string(new_lineage())),
      wakefulness_(limits_of(options_)),
      puller_(core.get_executor(), options_.node, consumer_, sink, health, metrics) {}

asio::awaitable<void> PgUpstream::run() {
  asio::steady_timer pause(core_);
  for (std::size_t turn = 0; !stopping_; ++turn) {
    std::string problem;
    try {
      co_await follow(options_.urls[turn % options_.urls.size()]);
    } catch (const std::exception&) {
      problem = problem_of(std::current_exception());
    }
    health_.disconnected();
    health_.troubles().set("", Troubles::Kind::upstream, problem);
    listener_.reset();
    puller_.disconnect();
    if (stopping_) break;
    metrics_.upstream_lost();
    const auto delay = backoff_.next();
    log::warn("upstream_lost", {{"error", problem}, {"retry_ms", delay.count()}});
    pause.expires_after(delay);
    co_await pause.async_wait(suite::kTuple);
  }
}

asio::awaitable<void> PgUpstream::follow(const std::string& url) {
  url_ = url;
  const auto deadline = Clock::now() + kConnectWithin;
  listener_ = std::make_unique<PgListener>(core_.get_executor(), url, options_.node, consumer_, options_.probe);
  co_await listener_->connect(deadline);
  co_await puller_.connect(url, deadline);
  wakefulness_.begin();
  std::function<void()> rung = [this] {
    metrics_.bell_heard();
    wakefulness_.bell(Clock::now());
    bell_.ring();
  };
  std::function<void()> proved = [this] {
    health_.connected();
    log::info("upstream_connected", {{"upstream", "postgresql"}});
  };
  co_await both(listener_->listen(rung, proved), look_for_ever());
}

asio::awaitable<void> PgUpstream::look_for_ever() {
  for (auto next_second = Clock::now();;) {
    const bool due = Clock::now() >= next_second;
    if (due) {
      next_second = Clock::now() + options_.probe;
      // Before the first pull, too: from then on the triggers journal for us.
      const auto said = co_await puller_.acknowledge();
      wakefulness_.acknowledged(said);
    }
    co_await settle_leases();
    const auto began = Clock::now();
    const auto look = co_await puller_.look(due);
    if (look.said) wakefulness_.acknowledged(*look.said);
    if (look.refused) {
      const auto later = Clock::now() + backoff_.next();
      co_await bell_.wait_until(later);
      continue;
    }
    backoff_.reset();
    health_.troubles().clear("", Troubles::Kind::upstream);
    wakefulness_.looked(began, Clock::now(), look.found, look.xmin);
    const auto next = std::min(next_second, wakefulness_.next_look());
    co_await bell_.wait_until(next);
  }
}

// Falls asleep or wakes, where it is time to.
asio::awaitable<void> PgUpstream::settle_leases() {
  switch (wakefulness_.wish(Clock::now())) {
    case Wakefulness::Wish::nothing: break;
    case Wakefulness::Wish::fall: {
      const auto residue = co_await puller_.fall_asleep();
      wakefulness_.fell(residue, Clock::now());
      log::debug("falls_asleep", {{"rung", residue.has_value()}});
      break;
    }
    case Wakefulness::Wish::wake:
      co_await puller_.wake();
      wakefulness_.woke(Clock::now());
      log::debug("wakes", {});
      break;
  }
}

// A connection of its own, since the pulling one may be at work.
asio::awaitable<void> PgUpstream::leave() {
  stopping_ = true;
  if (!url_.empty()) {
    try {
      PgConnection goodbye(core_.get_executor(), url_, options_.node + " leave");
      co_await goodbye.connect(Clock::now() + 1s);
      auto statements = in_turn(pg(queries::kRelease, consumer_));
      co_await goodbye.run(std::move(statements), Clock::now() + 1s);
    } catch (const std::exception& error) {  // the leases end by themselves
      log::info("release_failed", {{"error", error.what()}});
    }
  }
  if (listener_) listener_->close();
  puller_.close();
}

}  // namespace edge
