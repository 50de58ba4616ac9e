#include "edge_service/src/edge_upstream.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/url.hpp>
#include <nlohmann/json.hpp>

#include "common/log.hpp"
#include "common/resolve.hpp"
#include "edge_service/src/both.hpp"

namespace edge {

namespace asio = suite::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace log = suite::log;
using replication::RecordKind;
using suite::Clock;
using namespace std::chrono_literals;

namespace {

constexpr auto kConnectWithin = 1s;  // resolving included; below the two probes after which we are stale
constexpr auto kAnswerWithin = 1s;
constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::uint64_t kLogEvery = 100'000;  // entries of a load
constexpr std::size_t kOutboxBytes = 16 * 1024;

std::string problem_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    return error.code().message();
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::uint64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

Health::Time moment(std::uint64_t us) {
  return Health::Time(
      std::chrono::duration_cast<Health::Time::duration>(std::chrono::microseconds(static_cast<std::int64_t>(us))));
}

// The words of an answer that is not the stream.
std::string refusal_of(unsigned status, const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const bool told = json.is_object() && json.contains("message") && json["message"].is_string();
  std::string words = "it answers " + std::to_string(status);
  if (told) words += ": " + json["message"].get<std::string>();
  return words;
}

}  // namespace

struct EdgeUpstream::Link : std::enable_shared_from_this<EdgeUpstream::Link> {
  explicit Link(suite::tcp::socket connected) : socket(std::move(connected)) {}

  // Never waits: what cannot be written yet is kept, and dropped where the upstream takes nothing, since then the
  // connection is given up soon.
  void send(std::string record) {
    if (outbox.size() + record.size() > kOutboxBytes) return;
    outbox += record;
    if (writing.empty()) write();
  }

  void write() {
    writing.swap(outbox);
    asio::async_write(socket, asio::buffer(writing),
                      [self = shared_from_this()](suite::error_code failed, std::size_t) {
                        self->writing.clear();
                        if (!failed && !self->outbox.empty()) self->write();
                      });
  }

  void close() {
    suite::error_code ignored;
    socket.close(ignored);
  }

  suite::tcp::socket socket;
  beast::flat_buffer rest;  // read behind the answer's head
  std::string outbox;
  std::string writing;
};

EdgeUpstream::EdgeUpstream(asio::io_context& core, EdgeUpstreamOptions options, BatchSink& sink, Health& health,
                           Metrics& metrics, Ancestry& ancestry)
    : core_(core),
      options_(std::move(options)),
      sink_(sink),
      health_(health),
      metrics_(metrics),
      ancestry_(ancestry),
      backoff_(100ms, options_.longest_pause) {}

EdgeUpstream::~EdgeUpstream() = default;

asio::awaitable<void> EdgeUpstream::run() {
  asio::steady_timer pause(core_);
  std::size_t in_vain = 0;
  for (std::size_t turn = 0; !stopping_; ++turn) {
    place_ = turn % options_.addresses.size();
    const auto& address = options_.addresses[place_];
    std::string problem;
    try {
      co_await follow(address);
    } catch (const std::exception&) {
      problem = address.authority + ": " + problem_of(std::current_exception());
    }
    in_vain = std::exchange(proved_, false) ? 1 : in_vain + 1;
    if (link_) link_->close();
    link_.reset();
    health_.disconnected();
    if (stopping_) break;
    health_.troubles().set("", Troubles::Kind::upstream, problem);
    metrics_.upstream_lost();
    // Another one may be well: it is asked at once. After a round in vain all are given time.
    const bool rests = in_vain >= options_.addresses.size();
    const auto delay = rests ? backoff_.next() : suite::Backoff::Duration(0);
    log::warn("upstream_lost", {{"error", problem}, {"retry_ms", delay.count()}});
    if (!rests) continue;
    in_vain = 0;
    pause.expires_after(delay);
    co_await pause.async_wait(suite::kTuple);
  }
}

asio::awaitable<void> EdgeUpstream::follow(const suite::HttpAddress& address) {
  proved_ = nudged_ = whole_ = false;
  waiting_since_.reset();
  parts_.clear();
  link_ = co_await connect(address);
  heard_ = Clock::now();
  co_await both(hear(link_), watch(link_));
}

std::string EdgeUpstream::target() const {
  boost::urls::url url("/v1/replicate");
  auto parameters = url.params();
  parameters.append({"node", options_.node});
  if (version_) {
    parameters.append({"lineage", std::to_string(version_->lineage)});
    parameters.append({"number", std::to_string(version_->number)});
  }
  if (snapshot_) {
    parameters.append({"snapshot", snapshot_->text()});
    parameters.append({"marker", marker_});
  }
  return std::string(url.buffer());
}

asio::awaitable<std::shared_ptr<EdgeUpstream::Link>> EdgeUpstream::connect(const suite::HttpAddress& address) {
  std::vector<suite::tcp::endpoint> endpoints;
  const auto deadline = Clock::now() + kConnectWithin;
  if (const auto failed = co_await suite::resolve(core_, address, deadline, endpoints)) {
    throw std::runtime_error("its name is not found: " + failed.message());
  }
  beast::tcp_stream stream(core_);
  stream.expires_at(deadline);
  co_await stream.async_connect(endpoints, asio::use_awaitable);
  stream.socket().set_option(suite::tcp::no_delay(true));

  http::request<http::empty_body> request(http::verb::get, target(), 11);
  request.set(http::field::host, address.authority);
  request.set(http::field::connection, "Upgrade");
  request.set(http::field::upgrade, replication::kUpgrade);
  if (!options_.control_token.empty()) request.set(http::field::authorization, "Bearer " + options_.control_token);
  stream.expires_after(kAnswerWithin);
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> answer;
  co_await http::async_read_header(stream, buffer, answer, asio::use_awaitable);
  if (answer.get().result() != http::status::switching_protocols) {
    co_await http::async_read(stream, buffer, answer, suite::kTuple);  // as much of the words as there are
    throw std::runtime_error(refusal_of(answer.get().result_int(), answer.get().body()));
  }
  stream.expires_never();
  auto link = std::make_shared<Link>(stream.release_socket());
  link->rest = std::move(buffer);
  co_return link;
}

// Looks for signs of life, and asks for them.
asio::awaitable<void> EdgeUpstream::watch(std::shared_ptr<Link> link) {
  const auto silence = 2 * options_.probe;
  const auto tick = std::max<Clock::duration>(options_.probe / 4, 10ms);
  asio::steady_timer timer(core_);
  for (auto last = Clock::now();;) {
    link->send(replication::probe(now_us()));
    timer.expires_after(tick);
    co_await timer.async_wait(asio::use_awaitable);
    const auto now = Clock::now();
    // If it was us who did not look, nothing is known of the upstream.
    if (now - std::exchange(last, now) > tick + options_.probe) heard_ = now;
    if (now - heard_ > silence) {
      throw std::runtime_error("no sign of life for " + std::to_string(std::chrono::milliseconds(silence).count()) +
                               " ms");
    }
    const bool waits = waiting_since_ && now - *waiting_since_ > silence;
    if (others() && waits) throw std::runtime_error("it has not yet seen what is shown here");
  }
}

asio::awaitable<void> EdgeUpstream::hear(std::shared_ptr<Link> link) {
  replication::RecordReader records(replication::kLongestDown);
  records.append({static_cast<const char*>(link->rest.data().data()), link->rest.size()});
  link->rest = {};
  const auto bytes = std::make_unique<std::array<char, kReadBytes>>();
  for (;;) {
    while (const auto record = records.next()) take(*record);
    const std::size_t size = co_await link->socket.async_read_some(asio::buffer(*bytes), asio::use_awaitable);
    heard_ = Clock::now();
    records.append({bytes->data(), size});
  }
}

void EdgeUpstream::take(const replication::Record& record) {
  switch (record.kind) {
    case RecordKind::hello: {
      auto hello = replication::read_hello(record.payload);
      const auto depth = static_cast<std::int64_t>(hello.path.size());
      if (!ancestry_.follow(std::move(hello.path))) throw std::runtime_error("it follows this node");
      upstream_ = hello.node;
      // Each node on the way adds up to the time between two probes of ours.
      health_.be_patient(2 * options_.probe + (depth - 1) * options_.probe / 4);
      return;
    }
    case RecordKind::whole:
      whole_ = true;
      parts_.clear();
      received_ = logged_ = 0;
      expected_ = replication::read_whole(record.payload).entries;
      return show_progress(false);
    case RecordKind::part: return take_part(record.payload);
    case RecordKind::version: return deliver(replication::read_version(record.payload));
    case RecordKind::mark: return take_mark(replication::read_mark(record.payload));
    default: return;  // of a later release; what must be understood has another protocol's number
  }
}

void EdgeUpstream::take_part(std::string_view payload) {
  const std::size_t resources = parts_.size();
  const std::size_t entries = parts_.empty() ? 0 : parts_.back().present.size();
  replication::read_part(
      payload,
      [this](const std::string& name) {
        const auto found = declarations_.find(name);
        return found == declarations_.end() ? nullptr : found->second;
      },
      parts_);
  received_ += parts_.back().present.size() - (parts_.size() == resources ? entries : 0);
  if (whole_) show_progress(false);
}

void EdgeUpstream::show_progress(bool done) {
  health_.loading(done ? 0 : received_, done ? 0 : expected_);
  if (done || received_ < logged_ + kLogEvery) return;
  logged_ = received_;
  log::info("loading", {{"entries", received_}, {"of", expected_}});
}

void EdgeUpstream::deliver(replication::VersionEnd&& end) {
  auto snapshot = Snapshot::parse(end.snapshot);
  if (!snapshot) throw replication::BadRecord("\"" + end.snapshot + "\" is no snapshot");
  std::vector<std::string> unpublished;
  if (whole_) {
    for (const auto& [name, declaration] : declarations_) {
      const bool there = std::any_of(parts_.begin(), parts_.end(),
                                     [&](const ResourceBatch& part) { return part.declaration->name == name; });
      if (!there) unpublished.push_back(name);
    }
    log::info("loaded", {{"upstream", upstream_}, {"entries", received_}, {"version", end.version.number}});
    show_progress(true);
  } else {
    unpublished = std::move(end.unpublished);
  }
  whole_ = false;
  for (const auto& part : parts_) declarations_[part.declaration->name] = part.declaration;
  for (const auto& name : unpublished) declarations_.erase(name);
  version_ = end.version;
  snapshot_ = std::move(snapshot);
  marker_ = std::move(end.marker);
  Batch batch = shown();
  batch.resources = std::exchange(parts_, {});
  batch.unpublished = std::move(unpublished);
  sink_.apply(std::move(batch));
}

// What is shown, and no change of it.
Batch EdgeUpstream::shown() const {
  Batch batch;
  batch.snapshot = *snapshot_;
  batch.marker = marker_;
  batch.fresh_as_of = fresh_as_of_;
  batch.version = version_;
  return batch;
}

void EdgeUpstream::take_mark(replication::Mark&& mark) {
  nudged_ = false;
  take_troubles(mark);
  if (mark.echo == 0) return;
  const auto fresh = moment(mark.echo) - std::chrono::microseconds(static_cast<std::int64_t>(mark.age_us));
  if (mark.waiting) {
    if (!waiting_since_) {
      waiting_since_ = Clock::now();
      log::info("upstream_has_less", {{"upstream", upstream_}});  // than is shown here, or nothing yet
    }
    return;
  }
  waiting_since_.reset();
  if (!version_) return;  // it has nothing to show itself
  const auto now = std::chrono::system_clock::now();
  fresh_as_of_ = fresh_as_of_ > now ? fresh : std::max(fresh_as_of_, fresh);  // a clock may be set back
  const bool stale = health_.stale_as_of(fresh_as_of_, now);
  // Not proved by that: where all are stale, they are asked with the pauses of a round in vain.
  if (stale && others()) throw std::runtime_error("it is itself stale");
  if (!stale) {
    backoff_.reset();
    health_.troubles().clear("", Troubles::Kind::upstream);
  }
  if (!std::exchange(proved_, true)) {
    health_.connected();
    log::info("upstream_connected", {{"upstream", upstream_}});
  }
  if (auto snapshot = mark.snapshot.empty() ? std::nullopt : Snapshot::parse(mark.snapshot)) {
    // An upstream at the same version may have looked less lately than the one before it.
    if (mark.marker != marker_ || snapshot->covers(*snapshot_)) {
      snapshot_ = std::move(snapshot);
      marker_ = std::move(mark.marker);
    }
  }
  health_.fresh_as_of(fresh_as_of_);
  sink_.apply(shown());
}

// The upstream's troubles are ours: we show what it shows.
void EdgeUpstream::take_troubles(const replication::Mark& mark) {
  if (!mark.with_troubles) return;
  auto& troubles = health_.troubles();
  for (const auto& [key, trouble] : troubles.all()) {
    const auto same = [&, &ours = key](const auto& theirs) { return theirs.first == ours; };
    const bool stays = std::any_of(mark.troubles.begin(), mark.troubles.end(), same);
    if (!stays && key.second != Troubles::Kind::upstream) troubles.clear(key.first, key.second);
  }
  for (const auto& [key, trouble] : mark.troubles) {
    if (key.second == Troubles::Kind::upstream) continue;  // shows as staleness
    troubles.set(key.first, key.second, trouble.reason, trouble.fresh_as_of);
  }
}

void EdgeUpstream::nudge() {
  if (!link_ || std::exchange(nudged_, true)) return;
  link_->send(replication::nudge());
}

asio::awaitable<void> EdgeUpstream::leave() {
  stopping_ = true;
  if (link_) link_->close();
  co_return;
}

}  // namespace edge
