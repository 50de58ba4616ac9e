// Takes the members of a request's body one by one and remembers the first that does not fit.
//
//   Fields fields(body);
//   const auto title = fields.text("title", kTitle);
//   const auto tags = fields.optional_texts("tags", kTag, 10);
//   if (const auto error = fields.error()) return *error;
//
// A member that nobody took is an error too (a misspelt "tag" would otherwise be lost in silence), unless pass_over()
// names it. After an error the values are of no meaning.
// Lifetime  The body must outlive it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "web_service/src/errors.hpp"

namespace suite::web {

struct TextRule {
  std::size_t least = 0;  // characters
  std::size_t most = 0;
  enum class Shape {
    free,       // anything but NUL
    not_blank,  // one line with something to see in it
    trimmed,    // one line, without white space at its ends
    email,      // something@something, without white space
  } shape = Shape::free;
};

class Fields {
 public:
  explicit Fields(const nlohmann::json& object) : object_(object) {}

  std::string text(const std::string& name, const TextRule& rule);
  std::optional<std::string> optional_text(const std::string& name, const TextRule& rule);
  std::string choice(const std::string& name, const std::vector<std::string>& allowed);
  std::string choice_or(const std::string& name, const std::vector<std::string>& allowed, const std::string& absent);
  // Each once, in the order given.
  std::optional<std::vector<std::string>> optional_texts(const std::string& name, const TextRule& rule,
                                                         std::size_t most);
  void pass_over(std::initializer_list<std::string> names) { taken_.insert(names); }

  std::optional<ApiError> error();

 private:
  const nlohmann::json* take(const std::string& name);  // null where it is absent
  const nlohmann::json* take_required(const std::string& name);
  std::string checked(const std::string& name, const nlohmann::json& value, const TextRule& rule);
  void refuse(const std::string& name, const std::string& why);

  const nlohmann::json& object_;
  std::set<std::string> taken_;
  std::optional<ApiError> error_;
};

}  // namespace suite::web
