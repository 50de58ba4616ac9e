// What a client may write, and its limits: those of db/schema.sql, said in words before PostgreSQL has to refuse.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "web_service/src/errors.hpp"

namespace suite::web {

struct Credentials {
  std::string username;
  std::string password;
};

struct NewUser {
  std::string username;
  std::string email;
  std::string password;
};

struct UserChange {
  std::optional<std::string> username;
  std::optional<std::string> email;
};

struct PostInput {
  std::string title;
  std::string content;
  std::string status;
  std::optional<std::vector<std::string>> tags;  // absent: as they are
};

Result<Credentials> read_credentials(const nlohmann::json& body);
Result<NewUser> read_new_user(const nlohmann::json& body);
Result<UserChange> read_user_change(const nlohmann::json& body);
Result<PostInput> read_new_post(const nlohmann::json& body);  // status may be absent: draft
Result<PostInput> read_post_replacement(const nlohmann::json& body);

}  // namespace suite::web
