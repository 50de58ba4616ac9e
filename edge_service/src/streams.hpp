// The event streams of one io thread: those that were rung take their turns, a few at a time, so that reads and new
// releases come between; and all are looked at now and then for what is due by the clock.
//
// Owner     The shelf.
// Threads   Its io thread's alone.
// Precision A quarter of a second late at most, by the clock.
#pragma once

#include <boost/intrusive/list.hpp>

#include "common/asio.hpp"

namespace edge {

class Streams {
  using Hook = boost::intrusive::link_mode<boost::intrusive::auto_unlink>;
  struct All;
  struct Rung;

 public:
  class Stream : public boost::intrusive::list_base_hook<boost::intrusive::tag<All>, Hook>,
                 public boost::intrusive::list_base_hook<boost::intrusive::tag<Rung>, Hook> {
   public:
    virtual void take_turn() = 0;
    virtual void look_at_clock(suite::Clock::time_point now) = 0;
    virtual void close() = 0;
    bool is_rung() const { return list_base_hook<boost::intrusive::tag<Rung>, Hook>::is_linked(); }

   protected:
    ~Stream() = default;
  };

  explicit Streams(suite::asio::io_context& io) : io_(io), clock_(io) {}
  Streams(const Streams&) = delete;

  void start();  // looks at the clock from now on

  void add(Stream& stream) { all_.push_back(stream); }
  // The stream takes a turn soon: once, however often it is rung before.
  void ring(Stream& stream);
  void close_all();

 private:
  void give_turns();

  // About a millisecond's worth of sending.
  static constexpr int kTurnsAtOnce = 64;
  static constexpr std::chrono::milliseconds kPeriod{250};

  template <typename Tag>
  using List = boost::intrusive::list<
      Stream, boost::intrusive::base_hook<boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>, Hook>>,
      boost::intrusive::constant_time_size<false>>;

  suite::asio::io_context& io_;
  suite::asio::steady_timer clock_;
  List<All> all_;
  List<Rung> rung_;
  bool posted_ = false;
};

}  // namespace edge
