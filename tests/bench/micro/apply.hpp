// What a pull costs an edge, by the size of the store, the windows that are open, and the entries that were changed.
#pragma once

namespace bench {

void register_apply(bool large);

}  // namespace bench
