#include "edge_service/src/replication_stream.hpp"

#include <array>
#include <boost/asio/write.hpp>
#include <boost/url/parse_query.hpp>

#include "common/log.hpp"

namespace edge {

namespace asio = suite::asio;
namespace http = suite::http;
namespace log = suite::log;
using replication::RecordKind;
using suite::Clock;

namespace {

std::optional<std::uint64_t> number(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return parse_token(text);
}

ApiError upgrade_required(std::string_view asked) {
  return {suite::Status::upgrade_required, "upgrade_required",
          "this node replicates by " + std::string(replication::kUpgrade) + ", asked was " +
              (asked.empty() ? std::string("nothing") : std::string(asked)) +
              ": nodes follow each other only within one protocol; run the same release on both",
          "Upgrade: " + std::string(replication::kUpgrade) + "\r\n"};
}

}  // namespace

Outcome<FollowerRequest> FollowerRequest::parse(const suite::Request& request, std::string_view query) {
  const auto upgrade = request[http::field::upgrade];
  const std::string_view asked(upgrade.data(), upgrade.size());
  if (asked != replication::kUpgrade) return upgrade_required(asked);
  const auto parameters = boost::urls::parse_query(query);
  if (!parameters) return errors::bad_parameter("the query", "valid percent-encoding");
  FollowerRequest follower;
  std::optional<std::uint64_t> lineage, count;
  for (const auto& parameter : *parameters) {
    const std::string name(parameter.key);
    const std::string value(parameter.value);
    if (name == "node") follower.node = value;
    if (name == "lineage") lineage = number(value);
    if (name == "number") count = number(value);
    if (name == "snapshot") follower.snapshot = Snapshot::parse(value);
    if (name == "marker") follower.marker = value;
  }
  if (lineage && count) follower.version = Version{*lineage, *count};
  return follower;
}

asio::awaitable<void> ReplicationStream::run(suite::Peer& peer) {
  static const std::string kHead =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + std::string(replication::kUpgrade) +
      "\r\n\r\n";
  shelf_.add(*this);
  listen(peer.socket());
  log::info("follower_connected", {{"follower", request_.node}});
  out_ = kHead + replication::encoded(replication::Hello{name_, ancestry_.path()});
  bool placed = false;
  auto marked = Clock::now();
  while (!gone_ && !shelf_.draining() && Clock::now() < heard_ + kSilence) {
    if (!placed) placed = co_await find_place(peer);
    if (placed) co_await catch_up(peer);
    auto next = heard_ + kSilence;
    if (news_) {
      const auto now = Clock::now();
      const auto due = asked_ || versions_out_ > 0 ? now : marked + kBetweenMarks;
      if (now >= due) {
        out_ += mark(placed);
        marked = now;
        news_ = asked_ = false;
      } else {
        next = due;
      }
    }
    co_await flush(peer);
    co_await bell_.wait_until(next);
  }
  log::info("follower_left", {{"follower", request_.node}});
}

// Reads what the follower says, beside the writing.
void ReplicationStream::listen(suite::tcp::socket& socket) {
  socket.async_wait(suite::tcp::socket::wait_read, [stream = weak_from_this(), &socket](suite::error_code failed) {
    const auto self = stream.lock();  // and with it the socket lives
    if (self && !failed) self->hear(socket);
  });
}

void ReplicationStream::hear(suite::tcp::socket& socket) {
  std::array<char, 1024> bytes{};
  suite::error_code failed;
  socket.non_blocking(true, failed);
  const std::size_t size = socket.read_some(asio::buffer(bytes), failed);
  if (failed && failed != asio::error::would_block) {
    gone_ = true;
    return ring();
  }
  try {
    heard_records_.append({bytes.data(), size});
    while (const auto record = heard_records_.next()) {
      if (record->kind != RecordKind::probe && record->kind != RecordKind::nudge) continue;
      heard_ = Clock::now();
      if (record->kind == RecordKind::probe) echo_ = replication::read_probe(record->payload);
      asked_ = true;
      // How fresh this node is, is better said after another look, where the last one is a while ago.
      const bool looks = record->kind == RecordKind::nudge || !shelf_.latest() ||
                         std::chrono::system_clock::now() - shelf_.latest()->fresh_as_of > kFreshEnough;
      if (looks) shelf_.nudge();
      ring();
    }
  } catch (const replication::BadRecord& bad) {
    log::warn("follower_misspoke", {{"follower", request_.node}, {"error", bad.what()}});
    gone_ = true;
    return ring();
  }
  listen(socket);
}

// True once it is known what to send first; where that is everything, it was sent.
asio::awaitable<bool> ReplicationStream::find_place(suite::Peer& peer) {
  if (!shelf_.latest()) co_return false;
  if (request_.version) {
    const auto known = co_await shelf_.find(*request_.version);
    if (known) {
      const Sequence behind = shelf_.sequence() - *known;
      const bool shorter = co_await everything_is_shorter(behind);
      if (shorter) {
        co_await send_everything(peer);
        co_return true;
      }
      const auto versions = co_await shelf_.versions_since(*known);
      if (versions) {
        at_ = *known;
        place_.reached(at_);
        log::info("follower_resumes", {{"follower", request_.node}, {"behind", shelf_.sequence() - at_}});
        co_return true;
      }
    }
  }
  if (!may_follow(*shelf_.latest())) co_return false;
  co_await send_everything(peer);
  co_return true;
}

// Whether there are more versions to catch up with than entries in all.
asio::awaitable<bool> ReplicationStream::everything_is_shorter(Sequence behind) {
  if (behind <= kReplayed) co_return false;
  const Store::Figures figures = co_await shelf_.figures();
  std::size_t entries = 0;
  for (const auto& [name, count] : figures.entries_of) entries += count;
  co_return behind > entries;
}

// Whether what is shown here is not older than what the follower shows. Snapshots of one journal are compared; a
// database that crashed meanwhile has begun another, and then this node must have looked since the follower asked.
bool ReplicationStream::may_follow(const Release& latest) const {
  if (!request_.snapshot) return true;
  if (latest.marker == request_.marker) return latest.applied->covers(*request_.snapshot);
  return latest.fresh_as_of >= arrived_;
}

asio::awaitable<void> ReplicationStream::catch_up(suite::Peer& peer) {
  while (!gone_ && at_ < shelf_.sequence()) {
    const ReleasePtr latest = shelf_.latest();
    if (latest->logged && latest->logged->at == at_ + 1) {
      co_await send(peer, latest->logged);
      continue;
    }
    const auto versions = co_await shelf_.versions_since(at_);
    if (!versions) {
      co_await send_everything(peer);
      continue;
    }
    for (const auto& version : *versions) co_await send(peer, version);
  }
}

asio::awaitable<void> ReplicationStream::send(suite::Peer& peer, LoggedVersionPtr version) {
  const std::string& frame = version->frame();
  if (frame.empty()) {
    co_await send_parts(peer, version->resources);
    out_ += replication::encoded(
        replication::VersionEnd{version->version, version->snapshot->text(), version->marker, version->unpublished});
  } else {
    out_ += frame;
  }
  at_ = version->at;
  snapshot_ = version->snapshot->text();
  marker_ = version->marker;
  ++versions_out_;
  if (out_.size() >= kFlushBytes) co_await flush(peer);
}

asio::awaitable<void> ReplicationStream::send_parts(suite::Peer& peer, const std::vector<ResourceBatch>& resources) {
  replication::Parts parts(resources);
  while (!gone_ && parts.append_next(out_)) {
    if (out_.size() >= kFlushBytes) co_await flush(peer);
  }
}

asio::awaitable<void> ReplicationStream::send_everything(suite::Peer& peer) {
  const Everything all = co_await shelf_.everything();
  const auto began = Clock::now();
  out_ += replication::encoded(replication::Whole{all.entries});
  co_await send_parts(peer, all.resources);
  out_ += replication::encoded(
      replication::VersionEnd{all.standing->version, all.standing->applied->text(), all.standing->marker, {}});
  at_ = all.standing->sequence;
  snapshot_ = all.standing->applied->text();
  marker_ = all.standing->marker;
  ++versions_out_;
  co_await flush(peer);
  const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
  log::info("follower_loaded", {{"follower", request_.node}, {"entries", all.entries}, {"ms", taken.count()}});
}

asio::awaitable<void> ReplicationStream::flush(suite::Peer& peer) {
  if (out_.empty()) co_return;
  const std::string bytes = std::exchange(out_, {});
  co_await peer.write(asio::buffer(bytes));
  place_.sent(std::exchange(versions_out_, 0), bytes.size());
  place_.reached(at_);
}

std::string ReplicationStream::mark(bool placed) {
  replication::Mark mark;
  mark.echo = echo_;
  mark.waiting = !placed;
  const Health& health = shelf_.health();
  mark.connected = health.upstream_connected();
  if (const ReleasePtr& latest = shelf_.latest()) {
    const auto age = std::chrono::system_clock::now() - latest->fresh_as_of;
    mark.age_us = static_cast<std::uint64_t>(
        std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(age).count(), 0));
    if (placed && latest->sequence == at_ && (latest->applied->text() != snapshot_ || latest->marker != marker_)) {
      snapshot_ = mark.snapshot = latest->applied->text();
      marker_ = mark.marker = latest->marker;
    }
  }
  if (const auto changes = health.troubles().changes(); changes != troubles_) {
    troubles_ = changes;
    mark.with_troubles = true;
    for (const auto& trouble : health.troubles().all()) mark.troubles.push_back(trouble);
  }
  return replication::encoded(mark);
}

}  // namespace edge
