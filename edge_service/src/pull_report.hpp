// What one call of edge.pull reported. Pure.
#pragma once

#include <map>

#include "edge_service/src/pg_connection.hpp"
#include "edge_service/src/upstream.hpp"

namespace edge {

struct PullReport {
  std::optional<std::string> marker;  // of the journal; none after a crash
  std::string snapshot;
  std::vector<DeclarationPtr> declared;  // resources that are new or were declared anew
  std::vector<std::string> unpublished;
  std::vector<std::string> whole;                              // resources that must be read whole
  std::vector<ResourceBatch> touched;                          // entries that were read again
  std::map<std::string, std::vector<std::string>> duplicates;  // keys found not unique among those, by resource

  // Of a survey, by resource.
  std::map<std::string, std::string> changed;  // what was changed under it since it was published
  std::map<std::string, std::string> broken;   // why it cannot be read
  std::map<std::string, std::string> storage;  // the files that its rows are in

  // `held`: the declarations that the pull was told of. Throws PgError where the rows break the contract.
  static PullReport read(const PGresult* result, const Declarations& held);
};

}  // namespace edge
