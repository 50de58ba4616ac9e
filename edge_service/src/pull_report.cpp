#include "edge_service/src/pull_report.hpp"

#include "edge_service/src/entry_reader.hpp"

namespace edge {
namespace {

enum Column { kKind, kResource, kKey, kColumns, kValue };

std::string required(Delivered field, const char* what) {
  if (!field) throw PgError(std::string("edge.pull broke its contract: no ") + what);
  return std::string(*field);
}

// Gathers the rows of one resource, which come one after the other.
class TouchedReader {
 public:
  TouchedReader(PullReport& report, const Declarations& held) : report_(report), held_(held) {}

  EntryReader& of(const std::string& resource) {
    if (entries_ && resource == resource_) return *entries_;
    finish();
    const auto known = held_.find(resource);
    if (known == held_.end()) throw PgError("edge.pull broke its contract: entries of an unknown resource");
    resource_ = resource;
    return entries_.emplace(known->second, false);
  }

  void finish() {
    if (!entries_) return;
    if (!entries_->duplicates().empty()) report_.duplicates[resource_] = entries_->duplicates();
    report_.touched.push_back(entries_->take());
    entries_.reset();
  }

 private:
  PullReport& report_;
  const Declarations& held_;
  std::string resource_;
  std::optional<EntryReader> entries_;
};

}  // namespace

PullReport PullReport::read(const PGresult* result, const Declarations& held) {
  PullReport report;
  TouchedReader touched(report, held);
  for (int row = 0; row < PQntuples(result); ++row) {
    const std::string kind = required(pg_field(result, row, kKind), "kind");
    const auto key = pg_field(result, row, kKey);
    const auto value = pg_field(result, row, kValue);
    if (kind == "S") {
      if (key) report.marker = std::string(*key);
      report.snapshot = required(value, "snapshot");
      continue;
    }
    std::string resource = required(pg_field(result, row, kResource), "resource");
    if (kind == "U") {
      report.unpublished.push_back(std::move(resource));
    } else if (kind == "N") {
      report.declared.push_back(Declaration::parse(required(value, "declaration")));
    } else if (kind == "R") {
      report.whole.push_back(std::move(resource));
    } else if (kind == "W") {
      report.changed[resource] = required(value, "reason");
    } else if (kind == "B") {
      report.broken[resource] = required(value, "reason");
    } else if (kind == "F") {
      report.storage[resource] = required(value, "fingerprint");
    } else if (kind == "E") {
      touched.of(resource).add(key, pg_field(result, row, kColumns), value);
    } else if (kind == "D") {
      touched.of(resource).add_absent(key);
    } else {
      throw PgError("edge.pull broke its contract: a row of kind \"" + kind + "\"");
    }
  }
  touched.finish();
  if (report.snapshot.empty()) throw PgError("edge.pull broke its contract: no snapshot");
  return report;
}

}  // namespace edge
