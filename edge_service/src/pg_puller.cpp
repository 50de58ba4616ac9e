#include "edge_service/src/pg_puller.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

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

// A load that takes longer renews the leases meanwhile.
constexpr Clock::duration kFirstRenewal = 5s;
constexpr Clock::duration kNextRenewal = 3s;
static_assert(kFirstRenewal + 2 * kNextRenewal < std::chrono::seconds(kLeaseSeconds));

PgStatement lock_of(const std::string& views) { return pg("LOCK TABLE " + views + " IN ACCESS SHARE MODE"); }

void tell_refusal(const char* event, const PgError& refusal) {
  log::warn(event, {{"error", refusal.what()}, {"sqlstate", refusal.state}});
}

std::string cursor(std::size_t number) { return "load_" + std::to_string(number); }

// Whether the server refuses for now only: conflicts, locks and time outs, want of resources.
bool passes(const PgError& refusal) {
  const std::string_view kind = std::string_view(refusal.state).substr(0, 2);
  return kind == "40" || kind == "53" || kind == "55" || kind == "57";
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Wakefulness::State state_of(const std::string& said) {
  if (said == "silent") return Wakefulness::State::silent;
  return said == "asleep" ? Wakefulness::State::asleep : Wakefulness::State::awake;
}

PgError refused_by_the_database(const PgError& refusal) {
  return PgError(std::string("the database refuses to be pulled from: ") + refusal.what(), refusal.state);
}

std::string text_of(const PgResult& result) { return std::string(pg_field(result.get(), 0, 0).value_or("")); }

}  // namespace

asio::awaitable<void> PgPuller::connect(const std::string& url, PgConnection::Deadline deadline) {
  url_ = url;
  connection_ = std::make_unique<PgConnection>(executor_, url, node_ + " pull");
  co_await connection_->connect(deadline);
  auto session = in_turn(pg(queries::kSession), pg(queries::kTimeouts));
  co_await connection_->run(std::move(session), deadline);
}

void PgPuller::close() {
  if (connection_) connection_->close();
}

asio::awaitable<std::optional<PgPuller::Results>> PgPuller::attempt(std::vector<PgStatement> statements) {
  bool refused = false;
  try {
    co_return co_await connection_->run(std::move(statements), Clock::now() + kPatience);
  } catch (const PgError& error) {
    if (!error.answered()) throw;
    refusal_ = error;
    refused = true;
  }
  if (refused) {
    auto clean = in_turn(pg("ROLLBACK"), pg("CLOSE ALL"));
    co_await connection_->run(std::move(clean), Clock::now() + kPatience);
  }
  co_return std::nullopt;
}

// One snapshot: what the database reports, with a cursor left open for each resource in `whole`.
asio::awaitable<std::optional<PullReport>> PgPuller::pull(Names whole, bool survey, bool lock) {
  began_ = std::chrono::system_clock::now();
  const std::string views = held_.readable_views();
  auto statements = in_turn(pg(queries::kBegin));
  if (lock && !views.empty()) statements.push_back(lock_of(views));
  statements.push_back(pg(queries::kPull, since_, marker_, held_.json(Clock::now()), survey ? "true" : "false"));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    statements.push_back(
        pg("DECLARE " + cursor(i) + " NO SCROLL CURSOR WITH HOLD FOR " + held_.declaration(whole[i])->load));
  }
  statements.push_back(pg("COMMIT"));
  statements.push_back(pg(queries::kFetchPulled));
  const std::size_t answer = statements.size() - 1;
  statements.push_back(pg(queries::kClosePulled));
  const auto results = co_await attempt(std::move(statements));
  metrics_.pulled();
  if (!results) co_return std::nullopt;
  auto report = PullReport::read((*results)[answer].get(), held_.declarations());
  if (survey) held_.surveyed(report, Clock::now());
  co_return report;
}

asio::awaitable<PgPuller::Look> PgPuller::look(bool survey) {
  Look look;
  if (survey) co_await try_again();
  for (;;) {
    survey |= !held_.all_loaded();
    auto report = co_await pull({}, survey, true);
    if (!report) {
      const bool explained = co_await explain_refusal({});
      if (!explained) break;
    } else if (!report->marker) {
      co_await renew_marker();
    } else if (!report->declared.empty()) {
      held_.declared(std::move(report->declared));
    } else if (!report->whole.empty()) {
      co_await hand_over(report->whole, look);
      if (look.xmin != 0 || look.refused) co_return look;
      survey = true;  // it was one, and may have found more to read whole
    } else {
      deliver(std::move(*report), {}, look);
      co_return look;
    }
  }
  look.refused = true;
  co_return look;
}

// Pulls again, now reading `whole` at the same snapshot. Leaves `look` as it is where the catalog has moved meanwhile.
asio::awaitable<void> PgPuller::hand_over(Names whole, Look& look) {
  using namespace asio::experimental::awaitable_operators;
  reading_since_ = Clock::now();
  co_await (load(whole) && keep_leases());
  look.said = said_;
  auto report = std::exchange(report_, std::nullopt);
  auto read_whole = std::exchange(read_whole_, {});
  if (!report) {
    const bool explained = co_await explain_refusal(whole);
    look.refused = !explained;
    co_return;
  }
  const auto read = [&](const std::string& name) { return contains(whole, name); };
  const auto lost = [&](const std::string& name) {
    return contains(report->unpublished, name) || report->broken.contains(name);
  };
  const bool moved = !report->marker || !report->declared.empty() || std::any_of(whole.begin(), whole.end(), lost) ||
                     !std::all_of(report->whole.begin(), report->whole.end(), read);
  if (!moved) deliver(std::move(*report), std::move(read_whole), look);
}

asio::awaitable<void> PgPuller::load(const Names& whole) {
  log::debug("reads_whole", {{"resources", whole}});
  read_whole_ = {};
  report_ = co_await pull(whole, true, true);
  for (std::size_t i = 0; report_ && i < whole.size(); ++i) {
    co_await read_cursor(i, whole[i]);
  }
  loaded_.ring();
}

// The leases run on while a load takes longer than they do: otherwise it would be followed by a gap, and by another
// load, for ever. On a connection of its own, since the pulling one is at work; never beside another call of ours.
asio::awaitable<void> PgPuller::keep_leases() {
  std::unique_ptr<PgConnection> keeper;
  said_.reset();
  for (auto pause = kFirstRenewal;; pause = kNextRenewal) {
    const bool done = co_await loaded_.wait_until(Clock::now() + pause);
    if (done) co_return;
    try {
      if (!keeper) {
        keeper = std::make_unique<PgConnection>(executor_, url_, node_ + " lease");
        co_await keeper->connect(Clock::now() + kNextRenewal);
      }
      const auto said = co_await acknowledge_on(*keeper);
      if (!said_ || said != Wakefulness::State::asleep) said_ = said;
      log::debug("leases_renewed", {});
    } catch (const PgError& error) {
      tell_refusal("acknowledge_refused", error);
      keeper.reset();
    }
  }
}

asio::awaitable<void> PgPuller::read_cursor(std::size_t number, const std::string& name) {
  EntryReader entries(held_.declaration(name), true);
  const std::function<void(const PGresult*)> take = [&](const PGresult* row) {
    entries.add(pg_field(row, 0, 0), pg_field(row, 0, 1), pg_field(row, 0, 2));
  };
  auto fetch = pg("FETCH ALL FROM " + cursor(number));
  co_await connection_->stream(std::move(fetch), take, kPatience);
  auto close = in_turn(pg("CLOSE " + cursor(number)));
  co_await connection_->run(std::move(close), Clock::now() + kPatience);
  read_whole_.duplicates[name] = entries.duplicates();
  read_whole_.batches.push_back(entries.take());
}

// After a pull was refused: finds out which resources are at fault, or learns that some are published no more or anew.
// False where neither is so; throws where the database can not be pulled from at all.
asio::awaitable<bool> PgPuller::explain_refusal(Names whole) {
  const PgError refusal = refusal_;
  tell_refusal("pull_refused", refusal);
  if (passes(refusal)) co_return false;
  bool explained = false;
  const Names before = held_.readable();
  auto report = co_await pull({}, true, false);  // no version, since nothing is locked, but it tells what is published
  if (!report) throw refused_by_the_database(refusal_);
  for (const auto& name : report->unpublished) {
    held_.unpublished(name);
    gone_.push_back(name);
    explained = true;
  }
  explained |= !report->declared.empty() || held_.readable() != before;
  held_.declared(std::move(report->declared));
  if (explained) co_return true;
  for (const auto& name : before) {
    const auto reason = co_await probe(name, contains(whole, name));
    if (!reason) continue;
    held_.set_aside(name, *reason, Clock::now());
    explained = true;
  }
  if (!explained) throw refused_by_the_database(refusal);
  co_return true;
}

// Why a resource cannot be locked, or read whole; nothing where it can.
asio::awaitable<std::optional<std::string>> PgPuller::probe(std::string name, bool read) {
  const DeclarationPtr declaration = held_.declaration(name);
  auto statements = in_turn(pg(queries::kBegin), lock_of(declaration->view));
  if (read) {
    statements.push_back(pg("DECLARE probe NO SCROLL CURSOR FOR " + declaration->load));
    statements.push_back(pg("MOVE FORWARD ALL FROM probe"));
  }
  statements.push_back(pg("ROLLBACK"));
  const auto results = co_await attempt(std::move(statements));
  if (results || passes(refusal_)) co_return std::nullopt;
  co_return refusal_.what();
}

asio::awaitable<void> PgPuller::try_again() {
  for (const auto& name : held_.to_try_again(Clock::now())) {
    const auto reason = co_await probe(name, true);
    if (reason) {
      held_.set_aside(name, *reason, Clock::now());
    } else {
      held_.take_back(name);
    }
  }
}

// A crash of the database has emptied the journal: begin a new one. Everything is read anew after it.
asio::awaitable<void> PgPuller::renew_marker() {
  log::info("journal_renewed", {});
  auto statements = in_turn(pg(queries::kRenewMarker));
  co_await connection_->run(std::move(statements), Clock::now() + kPatience);
  marker_.reset();
  since_.reset();
}

void PgPuller::deliver(PullReport&& report, ReadWhole&& whole, Look& look) {
  auto snapshot = Snapshot::parse(report.snapshot);
  if (!snapshot) throw PgError("edge.pull broke its contract: \"" + report.snapshot + "\" is no snapshot");
  look.xmin = snapshot->xmin();
  for (const auto& touched : report.touched) look.found += touched.present.size() + touched.absent.size();
  for (const auto& batch : whole.batches) look.found += batch.present.size();
  const auto now = Clock::now();
  std::erase_if(report.touched,
                [&](const auto& touched) { return whole.duplicates.contains(touched.declaration->name); });
  held_.delivered(report, whole.duplicates, now, now - reading_since_);

  Batch batch;
  batch.snapshot = std::move(*snapshot);
  batch.marker = report.marker.value_or("");
  batch.fresh_as_of = began_;
  batch.resources = std::move(report.touched);
  std::move(whole.batches.begin(), whole.batches.end(), std::back_inserter(batch.resources));
  for (const auto& name : report.unpublished) held_.unpublished(name);
  batch.unpublished = std::move(report.unpublished);
  batch.unpublished.insert(batch.unpublished.end(), gone_.begin(), gone_.end());
  gone_.clear();
  since_ = report.snapshot;
  marker_ = report.marker;
  health_.fresh_as_of(began_);  // first, so that who is served finds it set
  sink_.apply(std::move(batch));
}

asio::awaitable<Wakefulness::State> PgPuller::acknowledge() {
  auto statements = acknowledgement();
  const auto results = co_await attempt(std::move(statements));
  if (!results) {
    tell_refusal("acknowledge_refused", refusal_);
    co_return Wakefulness::State::awake;
  }
  co_return state_of(text_of((*results)[1]));
}

asio::awaitable<Wakefulness::State> PgPuller::acknowledge_on(PgConnection& connection) {
  auto statements = acknowledgement();
  const auto results = co_await connection.run(std::move(statements), Clock::now() + kNextRenewal);
  co_return state_of(text_of(results[1]));
}

std::vector<PgStatement> PgPuller::acknowledgement() const {
  return in_turn(pg(queries::kBeginLease), pg(queries::kAcknowledge, consumer_, since_, std::to_string(kLeaseSeconds)),
                 pg("COMMIT"));
}

asio::awaitable<std::optional<Xid>> PgPuller::fall_asleep() {
  auto statements = in_turn(pg(queries::kBeginLease), pg(queries::kFallAsleep, consumer_), pg("COMMIT"), pg("BEGIN"),
                            pg(queries::kOwnXid), pg("COMMIT"));
  const auto results = co_await attempt(std::move(statements));
  if (!results) tell_refusal("sleep_refused", refusal_);
  if (!results || text_of((*results)[1]) != "true") co_return std::nullopt;
  co_return parse_token(text_of((*results)[4]));
}

// Where it is refused we are rung all the same, for a while.
asio::awaitable<void> PgPuller::wake() {
  auto statements = in_turn(pg(queries::kBeginLease), pg(queries::kWake, consumer_), pg("COMMIT"));
  const auto results = co_await attempt(std::move(statements));
  if (!results) tell_refusal("wake_refused", refusal_);
}

}  // namespace edge
