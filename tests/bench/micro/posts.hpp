// Posts of a blog without a database: their declaration, and the answers of pulls that deliver them.
//
// Number n is of author n % kAuthors, is published a minute after number n − 1, and has two of kTags tags. Its JSON has
// about 300 bytes; a higher edition is another text of the same length.
#pragma once

#include <string>
#include <vector>

#include "edge_service/src/pg_connection.hpp"
#include "edge_service/src/upstream.hpp"

namespace bench {

inline constexpr std::int64_t kAuthors = 10'000;
inline constexpr std::int64_t kTags = 50;

struct Post {
  std::int64_t number = 0;
  std::int64_t edition = 0;

  std::string key() const { return std::to_string(number); }
  std::string value() const;
  std::string columns() const;  // a text[] in binary form
};

edge::DeclarationPtr posts_declaration();

edge::EntryPtr entry_of(const Post& post);

// All of the posts 1 … count.
edge::ResourceBatch all_posts(std::int64_t count);

// What edge.pull answers when these were touched; `transaction` is what the snapshot is named after.
edge::PgResult pull_of(const std::vector<Post>& touched, std::int64_t transaction);

}  // namespace bench
