// What became of one entry between two versions, seen from the resource or through a window.
#pragma once

#include <vector>

#include "edge_service/src/entry.hpp"

namespace edge {

struct Change {
  EntryPtr before;  // null: it was not there
  EntryPtr after;   // null: it is there no more

  const Entry& either() const { return after ? *after : *before; }
  // A re-read that found the same value is no difference to anybody.
  bool real() const { return !before != !after || (before && before->value() != after->value()); }
};

using Changes = std::vector<Change>;

// What turns `before` into `after`, both in the resource's order: the entries present first, then those that left.
// O(n); entries shared by both cost one comparison of pointers.
Changes difference(const std::vector<EntryPtr>& before, const std::vector<EntryPtr>& after);

// Several steps in a row as one: each entry's first `before` and last `after`, without what ended as it began.
Changes folded(const std::vector<const Changes*>& steps);

}  // namespace edge
