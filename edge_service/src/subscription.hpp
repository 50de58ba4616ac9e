// One reader's place in a window: a version, no queue.
//
// Owner     The reader's stream, which hears when there is news. The window only knows whom to ring.
// Threads   The stream's io thread alone.
// Slow      Falling behind costs no memory: next() brings the reader straight to the newest version, by one frame
//           with all that it missed; past the window's steps draw_level() does, by what the store's history tells,
//           else by `init`.
// Lifetime  Frames are immutable and shared by all readers of the window.
#pragma once

#include "edge_service/src/shelf.hpp"

namespace edge {

using Frame = std::shared_ptr<const std::string>;

std::string_view name_of(EndReason reason);

class Subscription final : public Reader {
 public:
  class Listener {
   public:
    virtual void heard_news() = 0;

   protected:
    ~Listener() = default;
  };

  // `nonce` of the ticket that opened the stream, if one did.
  Subscription(Shelf& shelf, OpenWindowPtr window, Listener& listener, std::string nonce);
  ~Subscription();
  Subscription(const Subscription&) = delete;

  // The first frame of the stream: `init`; or, where `last_event_id` names a version that the history reaches, an
  // `update` with exactly what was missed, or a heartbeat where nothing was. Null when the resource is gone, and where
  // the reader may have seen more elsewhere than is shown here: draw_level() has the first frame once that is made up
  // for.
  suite::asio::awaitable<Frame> begin(std::string_view last_event_id);

  // What leads to the newest version, or null when up to date. Not while it asks_core(): then draw_level() does that.
  Frame next();
  bool asks_core() const;
  suite::asio::awaitable<Frame> draw_level();

  void ring() override { listener_.heard_news(); }
  void end(EndReason reason) override;
  void drain_after(std::chrono::milliseconds delay) override;
  void announce() override;  // the next frame is a heartbeat
  void look_at_clock(suite::Clock::time_point now);

  std::optional<EndReason> ended() const { return ended_; }
  const std::string& nonce() const override { return nonce_; }
  bool take_announcement() { return std::exchange(announce_, false); }
  bool is_stale() const;
  Frame heartbeat() const;

 private:
  // A version of another node's, from a reader that came at `since`.
  struct Ahead final : Follower {
    Ahead(Subscription& of, const Version& seen_elsewhere) : reader(of), seen(seen_elsewhere) {}
    void ring() override { reader.ring(); }

    Subscription& reader;
    const Version seen;
    const std::chrono::system_clock::time_point since = std::chrono::system_clock::now();
  };

  suite::asio::awaitable<Frame> begin_at_seen();
  suite::asio::awaitable<Frame> begin_anew();
  Frame catch_up(const Resumed& resumed);

  Shelf& shelf_;
  OpenWindowPtr window_;
  Listener& listener_;
  std::string nonce_;
  Sequence position_ = 0;
  std::unique_ptr<Ahead> ahead_;  // null once the stream has begun
  bool announce_ = false;
  std::optional<suite::Clock::time_point> drains_;
  std::optional<EndReason> ended_;
};

}  // namespace edge
