#include "web_service/src/fields.hpp"

#include <algorithm>

#include "web_service/src/text.hpp"

namespace suite::web {
namespace {

using nlohmann::json;

std::string characters(const TextRule& rule) {
  if (rule.least == 0) return "at most " + std::to_string(rule.most) + " characters";
  return std::to_string(rule.least) + " to " + std::to_string(rule.most) + " characters";
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "\"" : " or \"") + word + "\"";
  return text;
}

bool is_email(const std::string& text) {
  const auto at = text.find('@');
  return at != std::string::npos && at > 0 && at + 1 < text.size() && text.find('@', at + 1) == std::string::npos &&
         !text::has_white_space(text) && !text::has_line_breaks_or_controls(text);
}

// Why `text` does not fit; empty where it does.
std::string objection(const std::string& text, const TextRule& rule) {
  const auto length = text::length(text);
  if (length < rule.least || length > rule.most) {
    return "must have " + characters(rule) + "; it has " + std::to_string(length);
  }
  if (text::has_nul(text)) return "must not hold the character U+0000";
  switch (rule.shape) {
    case TextRule::Shape::free: break;
    case TextRule::Shape::not_blank:
      if (text::has_line_breaks_or_controls(text)) return "must be one line, without control characters";
      if (text::is_blank(text)) return "must not be blank";
      break;
    case TextRule::Shape::trimmed:
      if (text::has_line_breaks_or_controls(text)) return "must be one line, without control characters";
      if (!text::is_trimmed(text)) return "must not begin or end with white space";
      break;
    case TextRule::Shape::email:
      if (!is_email(text)) return "must be an e-mail address, as in name@example.org";
      break;
  }
  return {};
}

}  // namespace

std::string Fields::text(const std::string& name, const TextRule& rule) {
  const json* value = take_required(name);
  return value ? checked(name, *value, rule) : std::string();
}

std::optional<std::string> Fields::optional_text(const std::string& name, const TextRule& rule) {
  const json* value = take(name);
  if (!value) return std::nullopt;
  return checked(name, *value, rule);
}

std::string Fields::choice(const std::string& name, const std::vector<std::string>& allowed) {
  const json* value = take_required(name);
  if (!value) return {};
  auto word = value->is_string() ? value->get<std::string>() : std::string();
  if (std::find(allowed.begin(), allowed.end(), word) == allowed.end()) refuse(name, "must be " + listed(allowed));
  return word;
}

std::string Fields::choice_or(const std::string& name, const std::vector<std::string>& allowed,
                              const std::string& absent) {
  return object_.contains(name) ? choice(name, allowed) : absent;
}

std::optional<std::vector<std::string>> Fields::optional_texts(const std::string& name, const TextRule& rule,
                                                               std::size_t most) {
  const json* value = take(name);
  if (!value) return std::nullopt;
  if (!value->is_array()) {
    refuse(name, "must be an array of strings");
    return std::nullopt;
  }
  if (value->size() > most) {
    refuse(name, "must have at most " + std::to_string(most) + " elements; it has " + std::to_string(value->size()));
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const auto& element : *value) {
    auto text = checked(name, element, rule);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  return texts;
}

std::optional<ApiError> Fields::error() {
  for (const auto& [name, value] : object_.items()) {
    if (!taken_.contains(name)) refuse(name, "is not known here: check its spelling or leave it out");
  }
  return error_;
}

const json* Fields::take(const std::string& name) {
  taken_.insert(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

const json* Fields::take_required(const std::string& name) {
  const json* value = take(name);
  if (!value) refuse(name, "is missing");
  return value;
}

std::string Fields::checked(const std::string& name, const json& value, const TextRule& rule) {
  if (!value.is_string()) {
    refuse(name, std::string("must be a string, not ") + value.type_name());
    return {};
  }
  auto text = value.get<std::string>();
  if (const auto why = objection(text, rule); !why.empty()) refuse(name, why);
  return text;
}

void Fields::refuse(const std::string& name, const std::string& why) {
  if (error_) return;
  constexpr std::size_t kLongestShown = 64;  // an unknown name is the client's own text
  const std::string shown = name.size() > kLongestShown ? "a name of " + std::to_string(name.size()) + " bytes" : name;
  error_ = ApiError{Problem::invalid, shown + " " + why, shown};
}

}  // namespace suite::web
