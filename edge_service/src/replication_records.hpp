// What two nodes say to each other on a replication connection, as bytes.
//
// A connection begins as `GET /v1/replicate` with `Upgrade: edge-replication/1`. After the 101 both sides send records:
// four bytes of size (little-endian), one of kind, the payload. A payload's numbers are LEB128, texts come after
// their size. The highest bit of the kind says that the payload is a zstd frame.
//
// Down   hello, then (whole, part…, version) or (part…, version) per version, and marks in between.
// Up     probes and nudges.
// Pure. Failure: what breaks this contract throws BadRecord; the connection is given up.
#pragma once

#include <zstd.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "edge_service/src/troubles.hpp"
#include "edge_service/src/upstream.hpp"

namespace edge::replication {

inline constexpr unsigned kProtocol = 1;
inline constexpr std::string_view kUpgrade = "edge-replication/1";
// Of a process, to tell nodes that would follow themselves.
using ProcessId = std::uint64_t;

struct BadRecord : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class RecordKind : std::uint8_t { hello = 1, whole = 2, part = 3, version = 4, mark = 5, probe = 16, nudge = 17 };

// Who is above: the upstream and all that it follows.
struct Hello {
  std::string node;
  std::vector<ProcessId> path;  // from the leader to the upstream
};

// What follows, until the next version, is all that there is.
struct Whole {
  std::uint64_t entries = 0;
};

// Ends the parts of one version.
struct VersionEnd {
  Version version;
  std::string snapshot;
  std::string marker;
  std::vector<std::string> unpublished;
};

// How the upstream is; it has sent all that it shows.
struct Mark {
  std::string snapshot;        // empty: no news, or it does not yet send what it shows
  std::string marker;          // of the snapshot's journal
  std::uint64_t echo = 0;      // the newest probe's moment; 0: none was heard
  std::uint64_t age_us = 0;    // since the moment as of which it is fresh
  bool waiting = false;        // until it has seen what the follower has
  bool connected = false;      // to its own upstream
  bool with_troubles = false;  // sent when they have changed
  std::vector<std::pair<Troubles::Key, Troubles::Trouble>> troubles;
};

std::string encoded(const Hello& hello);
std::string encoded(const Whole& whole);
std::string encoded(const VersionEnd& end);
std::string encoded(const Mark& mark);
std::string probe(std::uint64_t moment);
std::string nudge();

// The parts of one version, one record after the other.
class Parts {
 public:
  // `resources` must outlive this.
  explicit Parts(const std::vector<ResourceBatch>& resources) : resources_(resources) {}

  // Appends the next part, of about kPartBytes; false where all were.
  bool append_next(std::string& bytes);

 private:
  const std::vector<ResourceBatch>& resources_;
  std::size_t resource_ = 0;
  std::size_t item_ = 0;  // entries first, then absent keys
};

struct Record {
  RecordKind kind;
  std::string payload;
};

Hello read_hello(std::string_view payload);
Whole read_whole(std::string_view payload);
VersionEnd read_version(std::string_view payload);
Mark read_mark(std::string_view payload);
std::uint64_t read_probe(std::string_view payload);

// A part, read into the batch of its resource; `known` finds the declaration where the part brings none.
using Known = std::function<DeclarationPtr(const std::string& resource)>;
void read_part(std::string_view payload, const Known& known, std::vector<ResourceBatch>& into);

// Records out of a stream of bytes, which come as they come.
class RecordReader {
 public:
  // Of one record; more is a broken peer.
  explicit RecordReader(std::size_t longest) : longest_(longest) {}

  void append(std::string_view bytes) { bytes_.append(bytes); }
  std::optional<Record> next();

 private:
  std::size_t longest_;
  std::string bytes_;
  std::size_t taken_ = 0;
};

inline constexpr std::size_t kPartBytes = 256 * 1024;
inline constexpr std::size_t kLongestDown = std::size_t{1} << 31;  // one entry may fill a part
inline constexpr std::size_t kLongestUp = 64;

}  // namespace edge::replication
