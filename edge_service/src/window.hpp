// One parameter set of a resource, at the store's version: what it shows and what each version changes of it.
//
// Owner     Its collection. Shelves hold what it hands out, never the window itself.
// Threads   The store's alone; a WindowVersion is immutable and goes anywhere.
// Cost      A version costs a window only what it changes of its bucket; a limited one at most its limit besides.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "edge_service/src/contents.hpp"
#include "edge_service/src/index.hpp"
#include "edge_service/src/window_spec.hpp"

namespace edge {

using WindowId = std::uint64_t;

// What one version did to a window. Immutable; its frame is made by the first thread that sends it.
struct WindowVersion {
  Sequence at = 0;
  std::string id;  // the version id
  Changes changes;
  std::size_t bytes = 0;  // about what the changes take as a frame
  ContentsPtr contents;   // of a limited window: all that it shows now; a whole resource is read when somebody asks
  Once<std::string> frame;
};
using WindowVersionPtr = std::shared_ptr<const WindowVersion>;

class Window {
 public:
  Window(WindowId id, WindowSpec spec) : id_(id), spec_(std::move(spec)), fingerprint_(spec_.fingerprint()) {}

  WindowId id() const { return id_; }
  const WindowSpec& spec() const { return spec_; }
  Fingerprint fingerprint() const { return fingerprint_; }

  // An image that an entry must have at a place among the matched columns.
  using Condition = std::pair<std::size_t, std::string>;

  // Where its entries are (null: found by key), what being there settles, and what is to be looked at one by one.
  void settle(Bucket* bucket, std::vector<Condition> settled, std::vector<Condition> residual);
  Bucket* bucket() const { return bucket_; }

  bool shows(const Entry& entry) const;   // an entry of its bucket
  bool admits(const Entry& entry) const;  // any entry of the resource

  // The changes of its bucket (or of its key), already applied there, as changes of the window; `entry` is what a
  // window of one entry shows now.
  Changes advance(const Changes& changes, const EntryPtr& entry);

  // All that it shows: O(limit) or, without one, O(bucket).
  std::vector<EntryPtr> read(const EntryPtr& entry) const;
  // All that it showed before `undone` (changes of its bucket, folded): the window at an older version.
  std::vector<EntryPtr> read_before(const Changes& undone) const;

  bool limited() const { return spec_.limit || spec_.key; }
  const std::vector<EntryPtr>& shown() const { return shown_; }
  void refresh(const EntryPtr& entry);

  // The contents as last handed out; null since they changed.
  ContentsPtr contents;

  // The io threads that have it open.
  void hold(std::size_t thread);
  void release(std::size_t thread);
  void hold_as(const Window& other) { holders_ = other.holders_; }
  bool held() const;

 private:
  bool beyond(const Changes& changes) const;
  std::optional<Changes> replaced(const Changes& changes);

  WindowId id_;
  WindowSpec spec_;
  Fingerprint fingerprint_;
  Bucket* bucket_ = nullptr;
  std::vector<Condition> settled_;
  std::vector<Condition> residual_;
  std::vector<EntryPtr> shown_;  // of a limited window
  std::vector<bool> holders_;
};

}  // namespace edge
