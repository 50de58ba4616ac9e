// One node that follows this one: gets what it has missed, then every version whole, and in between how this node is.
//
// It begins with what the log has since the version that the follower shows, or, where that is not known here or would
// be longer, with everything; but never before this node has seen all that the follower has: until then it waits, and says so.
//
// Owner     The connection's session.
// Threads   Its io thread alone.
// Slow      A follower that takes nothing for the write limit is closed, as is one that sends no probe for
//           kSilence. No queue is kept for it: what it misses it finds in the log, or it loads everything.
#pragma once

#include "common/http_session.hpp"
#include "edge_service/src/ancestry.hpp"
#include "edge_service/src/api_error.hpp"
#include "edge_service/src/event.hpp"
#include "edge_service/src/followers.hpp"
#include "edge_service/src/replication_records.hpp"
#include "edge_service/src/shelf.hpp"

namespace edge {

// What a follower says of itself when it comes.
struct FollowerRequest {
  std::string node;
  std::optional<Version> version;    // that it shows
  std::optional<Snapshot> snapshot;  // of that
  std::string marker;

  // From the request's query; refuses another protocol with the words that its log will show.
  static Outcome<FollowerRequest> parse(const suite::Request& request, std::string_view query);
};

class ReplicationStream final : public Follower, public std::enable_shared_from_this<ReplicationStream> {
 public:
  // `name`: this node's.
  ReplicationStream(Shelf& shelf, const Ancestry& ancestry, Followers& followers, const std::string& name,
                    FollowerRequest request)
      : shelf_(shelf),
        ancestry_(ancestry),
        name_(name),
        request_(std::move(request)),
        place_(followers, request_.node),
        bell_(shelf.executor()) {}

  // Until the follower has gone or this node drains.
  suite::asio::awaitable<void> run(suite::Peer& peer);

 private:
  using Time = suite::Clock::time_point;

  void ring() override {
    news_ = true;
    bell_.ring();
  }
  void listen(suite::tcp::socket& socket);
  void hear(suite::tcp::socket& socket);

  suite::asio::awaitable<bool> find_place(suite::Peer& peer);
  suite::asio::awaitable<bool> everything_is_shorter(Sequence behind);
  bool may_follow(const Release& latest) const;
  suite::asio::awaitable<void> catch_up(suite::Peer& peer);
  suite::asio::awaitable<void> send_everything(suite::Peer& peer);
  suite::asio::awaitable<void> send(suite::Peer& peer, LoggedVersionPtr version);
  suite::asio::awaitable<void> send_parts(suite::Peer& peer, const std::vector<ResourceBatch>& resources);
  suite::asio::awaitable<void> flush(suite::Peer& peer);
  std::string mark(bool placed);

  static constexpr std::chrono::seconds kSilence{30};
  static constexpr std::chrono::milliseconds kBetweenMarks{10};
  static constexpr std::chrono::milliseconds kFreshEnough{100};
  static constexpr Sequence kReplayed = 1000;  // versions that are sent one by one, whatever there is
  static constexpr std::size_t kFlushBytes = 256 * 1024;

  Shelf& shelf_;
  const Ancestry& ancestry_;
  const std::string& name_;
  FollowerRequest request_;
  Followers::Place place_;
  Event bell_;
  const std::chrono::system_clock::time_point arrived_ = std::chrono::system_clock::now();

  Sequence at_ = 0;  // what the follower has been sent
  std::string out_;  // not yet written
  std::size_t versions_out_ = 0;
  std::string snapshot_;  // that the follower knows
  std::string marker_;
  std::uint64_t troubles_ = ~std::uint64_t{0};  // which it knows

  bool gone_ = false;
  bool news_ = true;    // since the last mark
  bool asked_ = false;  // the follower waits for them
  std::uint64_t echo_ = 0;
  Time heard_ = suite::Clock::now();
  replication::RecordReader heard_records_{replication::kLongestUp};
};

}  // namespace edge
