#include "web_service/src/posts.hpp"

#include <nlohmann/json.hpp>

#include "web_service/src/queries.hpp"
#include "web_service/src/sql.hpp"
#include "web_service/src/users.hpp"

namespace suite::web {
namespace {

WrittenPost read_back(pqxx::transaction_base& transaction, std::int64_t id) {
  return {id, sql::run(transaction, queries::kPost, id)[0][0].as<std::string>(),
          sql::run(transaction, queries::kEdgeToken)[0][0].as<std::string>()};
}

// Nothing where `author` may change the post, which is then locked until the transaction ends.
std::optional<ApiError> objection(pqxx::transaction_base& transaction, std::int64_t id, std::int64_t author) {
  const auto found = sql::run(transaction, queries::kLockPost, id);
  if (found.empty()) return ApiError{Problem::not_found};
  if (found[0][0].as<std::int64_t>() != author) return ApiError{Problem::forbidden};
  return std::nullopt;
}

void set_tags(pqxx::transaction_base& transaction, std::int64_t id, const std::vector<std::string>& tags) {
  const std::string names = nlohmann::json(tags).dump();
  sql::run(transaction, queries::kMakeTags, names);
  sql::run(transaction, queries::kRemoveOtherTags, id, names);
  sql::run(transaction, queries::kAddTags, id, names);
}

}  // namespace

Result<WrittenPost> insert_post(pqxx::transaction_base& transaction, std::int64_t author, const PostInput& input) {
  const auto made = sql::run(transaction, queries::kInsertPost, author, input.title, input.content, input.status);
  if (made.empty()) return user_is_gone();
  const auto id = made[0][0].as<std::int64_t>();
  if (input.tags && !input.tags->empty()) set_tags(transaction, id, *input.tags);
  return read_back(transaction, id);
}

Result<WrittenPost> replace_post(pqxx::transaction_base& transaction, std::int64_t id, std::int64_t author,
                                 const PostInput& input) {
  if (const auto objected = objection(transaction, id, author)) return *objected;
  sql::run(transaction, queries::kUpdatePost, id, input.title, input.content, input.status);
  if (input.tags) set_tags(transaction, id, *input.tags);
  return read_back(transaction, id);
}

Result<WrittenPost> remove_post(pqxx::transaction_base& transaction, std::int64_t id, std::int64_t author) {
  if (const auto objected = objection(transaction, id, author)) return *objected;
  auto last = read_back(transaction, id);
  sql::run(transaction, queries::kDeletePost, id);
  return last;
}

}  // namespace suite::web
