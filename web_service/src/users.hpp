// Users in the database. Blocking: called in the bodies that Database runs.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <pqxx/transaction_base>
#include <string>

#include "web_service/src/input.hpp"

namespace suite::web {

struct User {
  std::int64_t id = 0;
  std::string name;
  std::string email;
};

struct KnownUser {
  User user;
  std::string password_hash;
};

struct WrittenUser {
  User user;
  std::string edge_token;
};

nlohmann::json as_json(const User& user);

// What a token says that outlived its user.
ApiError user_is_gone();

std::optional<KnownUser> user_named(pqxx::transaction_base& transaction, const std::string& name);
std::optional<User> user_of_id(pqxx::transaction_base& transaction, std::int64_t id);

// A name or e-mail that is taken: `conflict`.
Result<WrittenUser> insert_user(pqxx::transaction_base& transaction, const NewUser& user,
                                const std::string& password_hash);
// The same; a user who is gone: user_is_gone().
Result<WrittenUser> update_user(pqxx::transaction_base& transaction, std::int64_t id, const UserChange& change);

}  // namespace suite::web
