// One client's event stream: frames go from the window straight to the socket.
//
// Owner     Itself: it ends with the last wait on its connection.
// Threads   The io thread's alone.
// Slow      A frame that the socket does not take at once is kept until it has, and nothing is made meanwhile: what
//           the client misses is folded into its next frame. One that takes nothing for the write limit is closed.
// Cost      No coroutine, timer or queue while it is open: a frame is one look at the window and one send; an idle
//           stream is one object and the wait for the client's leaving.
#pragma once

#include "common/http_session.hpp"
#include "edge_service/src/metrics.hpp"
#include "edge_service/src/streams.hpp"
#include "edge_service/src/subscription.hpp"

namespace edge {

class EventStream final : public Streams::Stream,
                          public Subscription::Listener,
                          public std::enable_shared_from_this<EventStream> {
 public:
  struct Options {
    std::string nonce;                                             // of the ticket that opened the stream, if one did
    std::optional<std::chrono::system_clock::time_point> expires;  // of what authorized it
    std::chrono::seconds heartbeat{15};
  };

  EventStream(Shelf& shelf, OpenWindowPtr window, Metrics& metrics, std::size_t thread, Options options);

  // The head and the first frame. Throws where the client has gone meanwhile.
  suite::asio::awaitable<void> begin(suite::Peer& peer, std::string last_event_id);

 private:
  void heard_news() override;
  void take_turn() override;
  void look_at_clock(suite::Clock::time_point now) override;
  void close() override;

  void watch_client();
  Frame due();
  void ask();
  void send(Frame frame);
  void flush();
  void await_room();

  Shelf& shelf_;
  Metrics& metrics_;
  const std::size_t thread_;
  const Metrics::Reader counted_;
  Subscription subscription_;
  const std::chrono::seconds heartbeat_;
  suite::Clock::time_point beat_;
  suite::Clock::time_point expires_;
  std::optional<suite::Connection> connection_;  // once it has begun
  std::chrono::seconds write_limit_{0};
  Frame frame_;                                                         // being sent
  std::size_t sent_ = 0;                                                // of it
  suite::Clock::time_point stalled_ = suite::Clock::time_point::max();  // since when the client takes nothing of it
  bool asking_ = false;                                                 // the core
  bool news_ = false;                                                   // came meanwhile
  bool beats_ = false;                                                  // a heartbeat is due
  bool ends_ = false;                                                   // the frame is the last
};

}  // namespace edge
