// Stream ids: what POST /v1/streams/{resource} hands out. An id holds all that it stands for, sealed, so that every
// node with the same key can serve it at once and none must remember it; only deletions are remembered.
//
// Owner     main, one for all threads.
// Threads   Any; the deletions are behind a lock that no hot path takes.
// Bounds    At most kDeletions deletions, the oldest forgotten first; each no longer than its id lives.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge_service/src/text_map.hpp"

namespace edge {

struct StreamTicket {
  std::string resource;
  std::string parameters;            // JSON
  std::optional<std::string> owner;  // the user's id as text
  bool whole = false;
  std::string nonce;  // tells this ticket from all others
};

class StreamIds {
 public:
  using Time = std::chrono::system_clock::time_point;
  static constexpr std::chrono::hours kLife{24};
  static constexpr std::size_t kLongestParameters = 4096;

  explicit StreamIds(const std::string& secret);

  std::string make(StreamTicket ticket, Time now) const;
  // Nothing where `id` is not ours, has expired or was deleted.
  std::optional<StreamTicket> open(std::string_view id, Time now) const;
  // Returns the ticket that was deleted, for its open streams to be ended; nothing where there was none.
  std::optional<StreamTicket> remove(std::string_view id, Time now);

  // A deletion that another node was told of; false where it was known here.
  bool note_deleted(const std::string& nonce, Time now);
  // The nonces of all deletions whose ids may still live.
  std::vector<std::string> deleted(Time now) const;

 private:
  static constexpr std::size_t kDeletions = 1'000'000;

  std::string key_;
  mutable std::mutex lock_;
  boost::unordered_flat_set<std::string, TextHash, std::equal_to<>> deleted_;
  std::deque<std::pair<Time, std::string>> by_age_;
};

}  // namespace edge
