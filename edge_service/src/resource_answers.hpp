// How one io thread answers reads of resources, as JSON or as a stream; both ports ask it.
//
// Owner     The routes of the thread.
// Threads   The io thread's alone.
// Cost      An anonymous JSON read that was asked before is one look-up by the request's target and shared bytes. One
//           entry by its key is one look-up in the store; asked for again soon, it gets a window and so the former.
#pragma once

#include "edge_service/src/authorizer.hpp"
#include "edge_service/src/metrics.hpp"
#include "edge_service/src/parameters.hpp"
#include "edge_service/src/shelf.hpp"

namespace edge {

struct ReaderLimits {
  std::chrono::milliseconds max_wait{5000};
  std::chrono::seconds heartbeat{15};
  std::size_t send_buffer = 256 * 1024;
};

class ResourceAnswers {
 public:
  using Answer = suite::Answer;

  ResourceAnswers(Shelf& shelf, std::size_t thread, Metrics& metrics, const ReaderLimits& limits)
      : shelf_(shelf), thread_(thread), metrics_(metrics), limits_(limits) {}

  // Waits for the token that the request demands (Edge-After or ?after=), if any.
  suite::asio::awaitable<std::optional<ApiError>> await_token(const suite::Request& request,
                                                              const Parameters& parameters);

  // The window that a request means, opened.
  suite::asio::awaitable<Outcome<OpenWindowPtr>> window(const std::string& resource, const Parameters& parameters,
                                                        const Identity& identity);
  // One entry's, where a path segment names it.
  suite::asio::awaitable<Outcome<OpenWindowPtr>> window(const std::string& resource,
                                                        const std::optional<std::string>& segment,
                                                        Parameters parameters, const Identity& identity);

  suite::asio::awaitable<Outcome<ContentsPtr>> contents(OpenWindowPtr window);

  // The JSON answer; remembers the window for at_hand() where everybody may see it.
  suite::asio::awaitable<suite::Reply> json(const suite::Request& request, OpenWindowPtr window);
  std::optional<suite::Reply> at_hand(const suite::Request& request);

  // The stream. It ends at `expires`, and when the ticket `nonce` is deleted.
  Answer stream(const suite::Request& request, const Parameters& parameters, OpenWindowPtr window,
                std::optional<suite::jwt::Time> expires, std::string nonce = {});

 private:
  std::optional<suite::Reply> entry_at_hand(const suite::Request& request, std::string_view target);
  suite::Reply render(const suite::Request& request, const std::string& resource, const ContentsPtr& shown) const;
  suite::asio::awaitable<void> converse(suite::Peer& peer, OpenWindowPtr window, std::string last_event_id,
                                        std::optional<suite::jwt::Time> expires, std::string nonce);

  static constexpr int kTurns = 3;

  // How many targets at_hand() remembers; all are forgotten when it is full or a declaration changes.
  static constexpr std::size_t kTargets = 20000;
  // Of how many targets of entries it is remembered that they were asked for: each by its hash, at a place by the hash.
  static constexpr std::size_t kAsked = 1024;

  Shelf& shelf_;
  std::size_t thread_;
  Metrics& metrics_;
  ReaderLimits limits_;
  TextMap<OpenWindowPtr> targets_;
  std::shared_ptr<const Declarations> targets_for_;
  std::vector<std::size_t> asked_ = std::vector<std::size_t>(kAsked);
};

bool wants_stream(const suite::Request& request);

}  // namespace edge
