#include "web_service/src/users.hpp"

#include "web_service/src/queries.hpp"
#include "web_service/src/sql.hpp"

namespace suite::web {
namespace {

User user_in(const pqxx::row& row) {
  return {row[0].as<std::int64_t>(), row[1].as<std::string>(), row[2].as<std::string>()};
}

std::optional<ApiError> conflict(pqxx::transaction_base& transaction, const std::optional<std::string>& name,
                                 const std::optional<std::string>& email, std::int64_t wanted_by) {
  const auto taken = sql::run(transaction, queries::kTaken, sql::or_null(name), sql::or_null(email), wanted_by);
  if (taken[0][0].as<bool>()) {
    return ApiError{Problem::conflict, "this username is taken: choose another", "username"};
  }
  if (taken[0][1].as<bool>()) {
    return ApiError{Problem::conflict, "this email is registered already: log in, or use another", "email"};
  }
  return std::nullopt;
}

WrittenUser written(pqxx::transaction_base& transaction, const pqxx::row& row) {
  return {user_in(row), sql::run(transaction, queries::kEdgeToken)[0][0].as<std::string>()};
}

}  // namespace

nlohmann::json as_json(const User& user) { return {{"user_id", user.id}, {"name", user.name}, {"email", user.email}}; }

ApiError user_is_gone() {
  return {Problem::bad_session, "the user of this token does not exist any more: sign up anew with POST /users"};
}

std::optional<KnownUser> user_named(pqxx::transaction_base& transaction, const std::string& name) {
  const auto found = sql::run(transaction, queries::kUserByName, name);
  if (found.empty()) return std::nullopt;
  return KnownUser{user_in(found[0]), found[0][3].as<std::string>()};
}

std::optional<User> user_of_id(pqxx::transaction_base& transaction, std::int64_t id) {
  const auto found = sql::run(transaction, queries::kUserById, id);
  if (found.empty()) return std::nullopt;
  return user_in(found[0]);
}

Result<WrittenUser> insert_user(pqxx::transaction_base& transaction, const NewUser& user,
                                const std::string& password_hash) {
  if (const auto taken = conflict(transaction, user.username, user.email, 0)) return *taken;
  const auto made = sql::run(transaction, queries::kInsertUser, user.username, user.email, password_hash);
  return written(transaction, made[0]);
}

Result<WrittenUser> update_user(pqxx::transaction_base& transaction, std::int64_t id, const UserChange& change) {
  if (const auto taken = conflict(transaction, change.username, change.email, id)) return *taken;
  const auto changed =
      sql::run(transaction, queries::kUpdateUser, id, sql::or_null(change.username), sql::or_null(change.email));
  if (changed.empty()) return user_is_gone();
  return written(transaction, changed[0]);
}

}  // namespace suite::web
