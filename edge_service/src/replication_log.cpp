#include "edge_service/src/replication_log.hpp"

#include "edge_service/src/replication_records.hpp"

namespace edge {

void LoggedVersion::weigh() {
  bytes_ = sizeof *this;
  for (const auto& batch : resources) {
    for (const auto& entry : batch.present) bytes_ += sizeof entry + entry->footprint();
    for (const auto& key : batch.absent) bytes_ += sizeof key + key.size();
  }
}

const std::string& LoggedVersion::frame() const {
  return frame_.get([this] {
    std::string bytes;
    if (bytes_ > kSharedBytes) return bytes;
    replication::Parts parts(resources);
    while (parts.append_next(bytes)) {
    }
    bytes += replication::encoded(replication::VersionEnd{version, snapshot->text(), marker, unpublished});
    return bytes;
  });
}

void ReplicationLog::append(LoggedVersionPtr version) {
  newest_ = version->at;
  bytes_ += version->bytes();
  versions_.push_back(std::move(version));
  while (bytes_ > limit_ && !versions_.empty()) {
    bytes_ -= versions_.front()->bytes();
    versions_.pop_front();
  }
}

std::optional<std::vector<LoggedVersionPtr>> ReplicationLog::since(Sequence since) const {
  std::vector<LoggedVersionPtr> found;
  if (since >= newest_) return found;
  if (versions_.empty() || since + 1 < versions_.front()->at) return std::nullopt;
  for (std::size_t i = since + 1 - versions_.front()->at; i < versions_.size() && found.size() < kMany; ++i) {
    found.push_back(versions_[i]);
  }
  return found;
}

}  // namespace edge
