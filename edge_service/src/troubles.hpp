// What is wrong, for everybody who is asked how this node is.
//
// upstream        It cannot be followed; of no resource.
// changed         The catalog under it is no longer what it was published over: changes may go unseen until it is
//                 published again. Meanwhile it is read whole from time to time.
// broken          It cannot be read. Its last contents are shown, as of then.
// duplicate_keys  Some of its keys are not unique. Of such rows the one whose JSON text sorts first is shown.
// Threads   Any. fresh_as_of(), which every read asks, takes no lock while nothing is broken.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace edge {

class Troubles {
 public:
  using Time = std::chrono::system_clock::time_point;
  enum class Kind { upstream, changed, broken, duplicate_keys };
  struct Trouble {
    std::string reason;
    Time fresh_as_of;  // of a broken resource's contents
  };
  using Key = std::pair<std::string, Kind>;  // resource or nothing, kind

  // True where that is news.
  bool set(const std::string& resource, Kind kind, const std::string& reason, Time fresh_as_of = {});
  bool clear(const std::string& resource, Kind kind);
  void forget(const std::string& resource);

  std::map<Key, Trouble> all() const;
  // As of when a broken resource's contents are; nothing where it is not broken.
  std::optional<Time> fresh_as_of(const std::string& resource) const;
  // Grows with every change, so that readers can be told.
  std::uint64_t changes() const { return changes_; }

 private:
  void count();

  mutable std::mutex lock_;
  std::map<Key, Trouble> troubles_;
  std::atomic<std::size_t> broken_{0};
  std::atomic<std::uint64_t> changes_{0};
};

const char* name_of(Troubles::Kind kind);

}  // namespace edge
