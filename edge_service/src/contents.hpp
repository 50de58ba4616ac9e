// What a window shows at one version, and the answers made of it: each serialized once, shared by all who ask.
//
// Threads   Any: immutable, the answers are made on first need.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "edge_service/src/entry.hpp"
#include "edge_service/src/once.hpp"
#include "edge_service/src/version.hpp"

namespace edge {

// An answer's head and body, ready to be written.
struct Rendered {
  std::string etag;  // quoted
  std::string head;  // of a 200
  std::string not_modified_head;
  std::string body;
};

class Contents {
 public:
  // `single`: the JSON answer is the value itself, for a window of one entry. `is_private`: no cache may keep it.
  Contents(std::vector<EntryPtr> entries, std::string version_id, bool single, bool is_private);

  const std::vector<EntryPtr>& entries() const { return entries_; }
  const std::string& version_id() const { return version_id_; }

  const Rendered& plain() const;
  const Rendered& gzip() const;
  const std::string& init_frame() const;

 private:
  Rendered render(std::string body, std::string_view encoding) const;
  std::string body() const;

  std::vector<EntryPtr> entries_;
  std::string version_id_;
  bool single_;
  bool private_;
  Once<Rendered> plain_;
  Once<Rendered> gzip_;
  Once<std::string> init_;
};

using ContentsPtr = std::shared_ptr<const Contents>;

}  // namespace edge
