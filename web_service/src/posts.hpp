// Posts in the database. Blocking: called in the bodies that Database runs.
//
// What is written is read back in the same transaction, from the view that the edges publish.
#pragma once

#include <cstdint>
#include <pqxx/transaction_base>
#include <string>

#include "web_service/src/input.hpp"

namespace suite::web {

struct WrittenPost {
  std::int64_t id = 0;
  std::string json;  // PostgreSQL's text, never parsed
  std::string edge_token;
};

// The author is gone: user_is_gone().
Result<WrittenPost> insert_post(pqxx::transaction_base& transaction, std::int64_t author, const PostInput& input);

// No such post: `not_found`; another author's: `forbidden`.
Result<WrittenPost> replace_post(pqxx::transaction_base& transaction, std::int64_t id, std::int64_t author,
                                 const PostInput& input);
// As it was before.
Result<WrittenPost> remove_post(pqxx::transaction_base& transaction, std::int64_t id, std::int64_t author);

}  // namespace suite::web
