#include "web_service/src/input.hpp"

#include "web_service/src/fields.hpp"

namespace suite::web {
namespace {

using nlohmann::json;
using Shape = TextRule::Shape;

constexpr TextRule kUsername{1, 50, Shape::trimmed};
constexpr TextRule kEmail{3, 254, Shape::email};
constexpr TextRule kPassword{8, 128, Shape::free};
constexpr TextRule kGivenUsername{1, 1000, Shape::free};  // to log in with: whatever it is, it is looked up
constexpr TextRule kGivenPassword{1, 1000, Shape::free};
constexpr TextRule kTitle{1, 200, Shape::not_blank};
constexpr TextRule kContent{0, 100'000, Shape::free};
constexpr TextRule kTag{1, 50, Shape::trimmed};
constexpr std::size_t kMostTags = 10;

const std::vector<std::string> kStatuses{"draft", "published"};

// What a post has beyond what may be written: a client may send back what it read.
void pass_over_what_is_not_written(Fields& fields) {
  fields.pass_over({"id", "author_id", "author", "published_at", "created_at", "updated_at"});
}

}  // namespace

Result<Credentials> read_credentials(const json& body) {
  Fields fields(body);
  Credentials credentials{fields.text("username", kGivenUsername), fields.text("password", kGivenPassword)};
  if (const auto error = fields.error()) return *error;
  return credentials;
}

Result<NewUser> read_new_user(const json& body) {
  Fields fields(body);
  NewUser user{fields.text("username", kUsername), fields.text("email", kEmail), fields.text("password", kPassword)};
  if (const auto error = fields.error()) return *error;
  return user;
}

Result<UserChange> read_user_change(const json& body) {
  Fields fields(body);
  UserChange change{fields.optional_text("username", kUsername), fields.optional_text("email", kEmail)};
  if (const auto error = fields.error()) return *error;
  if (!change.username && !change.email) {
    return ApiError{Problem::invalid, "give username, email or both: there is nothing to change", "username"};
  }
  return change;
}

Result<PostInput> read_new_post(const json& body) {
  Fields fields(body);
  pass_over_what_is_not_written(fields);
  PostInput post{fields.text("title", kTitle), fields.text("content", kContent),
                 fields.choice_or("status", kStatuses, "draft"), fields.optional_texts("tags", kTag, kMostTags)};
  if (const auto error = fields.error()) return *error;
  return post;
}

Result<PostInput> read_post_replacement(const json& body) {
  Fields fields(body);
  pass_over_what_is_not_written(fields);
  PostInput post{fields.text("title", kTitle), fields.text("content", kContent), fields.choice("status", kStatuses),
                 fields.optional_texts("tags", kTag, kMostTags)};
  if (const auto error = fields.error()) return *error;
  return post;
}

}  // namespace suite::web
