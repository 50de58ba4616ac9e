// A PostgreSQL snapshot, as pg_current_snapshot() prints it: which transactions it sees.
//
// A *token* is a transaction's id (xid8): the write is visible where the applied snapshot sees that transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge {

using Xid = std::uint64_t;

class Snapshot {
 public:
  // "xmin:xmax:xip,xip,…"; nothing where the text is no snapshot.
  static std::optional<Snapshot> parse(std::string_view text);

  bool sees(Xid transaction) const;
  // Whether it sees all that `other`, of the same database, sees.
  bool covers(const Snapshot& other) const;
  Xid xmin() const { return xmin_; }  // all transactions below it have ended
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  Xid xmin_ = 0;
  Xid xmax_ = 0;
  std::vector<Xid> in_progress_;  // ascending
};

// A token as a client sends it: decimal digits of an xid8; nothing where malformed.
std::optional<Xid> parse_token(std::string_view text);

}  // namespace edge
