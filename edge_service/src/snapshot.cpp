#include "edge_service/src/snapshot.hpp"

#include <algorithm>
#include <charconv>

namespace edge {
namespace {

std::optional<Xid> take_xid(std::string_view& rest) {
  Xid xid = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), xid);
  if (error != std::errc()) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return xid;
}

bool take(std::string_view& rest, char expected) {
  if (rest.empty() || rest.front() != expected) return false;
  rest.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Snapshot> Snapshot::parse(std::string_view text) {
  Snapshot snapshot;
  snapshot.text_ = text;
  std::string_view rest = text;
  const auto xmin = take_xid(rest);
  if (!xmin || !take(rest, ':')) return std::nullopt;
  const auto xmax = take_xid(rest);
  if (!xmax || !take(rest, ':')) return std::nullopt;
  snapshot.xmin_ = *xmin;
  snapshot.xmax_ = *xmax;
  while (!rest.empty()) {
    const auto xid = take_xid(rest);
    if (!xid) return std::nullopt;
    snapshot.in_progress_.push_back(*xid);
    if (!rest.empty() && !take(rest, ',')) return std::nullopt;
  }
  std::sort(snapshot.in_progress_.begin(), snapshot.in_progress_.end());
  return snapshot;
}

bool Snapshot::sees(Xid transaction) const {
  return transaction < xmax_ && !std::binary_search(in_progress_.begin(), in_progress_.end(), transaction);
}

bool Snapshot::covers(const Snapshot& other) const {
  const auto unseen_by_other = [&](Xid transaction) { return !other.sees(transaction); };
  if (!std::all_of(in_progress_.begin(), in_progress_.end(), unseen_by_other)) return false;
  // What began after this snapshot must be unseen there, too: nothing but transactions in progress.
  if (other.xmax_ <= xmax_) return true;
  const auto& running = other.in_progress_;
  const auto first = std::lower_bound(running.begin(), running.end(), xmax_);
  const auto last = std::lower_bound(first, running.end(), other.xmax_);
  return static_cast<Xid>(last - first) == other.xmax_ - xmax_;
}

std::optional<Xid> parse_token(std::string_view text) {
  constexpr std::size_t kLongest = 20;
  if (text.empty() || text.size() > kLongest || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return take_xid(text);
}

}  // namespace edge
