// Makes entries of the rows that a database sends for one resource, and a batch of them.
//
// Failure   Throws PgError where a row breaks the contract of edge.pull (db/README.md).
#pragma once

#include "edge_service/src/pg_connection.hpp"
#include "edge_service/src/text_map.hpp"
#include "edge_service/src/upstream.hpp"

namespace edge {

class EntryReader {
 public:
  // `whole`: the rows are all that there is, not only what was touched.
  EntryReader(DeclarationPtr declaration, bool whole);

  // Of rows with one key it keeps the one whose JSON text sorts first.
  void add(Delivered key, Delivered columns, Delivered value);
  void add_absent(Delivered key);

  // Keys that more than one row had; one for each row too many.
  const std::vector<std::string>& duplicates() const { return duplicates_; }
  ResourceBatch take() { return std::move(batch_); }

 private:
  ResourceBatch batch_;
  std::vector<Delivered> elements_;
  ViewMap<std::size_t> places_;  // by key, views into the entries
  std::vector<std::string> duplicates_;
};

}  // namespace edge
