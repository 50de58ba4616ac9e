#include "edge_service/src/input_patch.hpp"

#include <nlohmann/json.hpp>

#include "edge_service/src/declaration.hpp"

namespace edge {
namespace {

using Json = nlohmann::json;

constexpr const char* kShape =
    "a JSON array of pairs, such as [[\"ann\",[{\"typing\":true}]],[\"bob\",[]]]: a key with its value, or with none "
    "to "
    "remove it";
constexpr const char* kKeys = "pairs whose keys are strings or whole numbers within ±9007199254740991";
constexpr const char* kOneValue = "pairs of at most one value each; an array as the value is [key,[[1,2]]]";

// Follows the parser and writes each value down as it comes. Containers: the patch, a pair, its values; whatever is
// deeper belongs to a value.
class Reader : public nlohmann::json_sax<Json> {
 public:
  InputPatch take() { return std::move(patch_); }
  const std::string& wanted() const { return wanted_; }

  bool null() override { return scalar("null"); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return integer(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return integer(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return scalar(text); }
  bool string(string_t& value) override {
    const std::string quoted = Json(value).dump();
    return at_key() ? take_key(quoted) : scalar(quoted);
  }
  bool binary(binary_t&) override { return refuse(kShape); }
  bool key(string_t& name) override {
    separate();
    value_.append(Json(name).dump()).append(":");
    return true;
  }
  bool start_object(std::size_t) override { return open('{'); }
  bool end_object() override { return close('}'); }
  bool start_array(std::size_t) override { return open('['); }
  bool end_array() override { return close(']'); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  enum Depth { kOutside, kPatch, kPair, kValues };

  bool refuse(std::string wanted) {
    wanted_ = std::move(wanted);
    return false;
  }
  bool at_key() const { return depth_ == kPair && place_ == 0; }

  bool take_key(std::string text) {
    key_ = std::move(text);
    ++place_;
    return true;
  }

  bool integer(const std::string& digits) {
    if (!at_key()) return scalar(digits);
    return is_exact_integer(digits) ? take_key(digits) : refuse(kKeys);
  }

  bool scalar(std::string_view text) {
    if (depth_ < kValues) return refuse(at_key() ? kKeys : kShape);
    if (!begin_value()) return false;
    value_ += text;
    return true;
  }

  bool begin_value() {
    if (depth_ == kValues && values_++ > 0) return refuse(kOneValue);
    separate();
    return true;
  }

  void separate() {
    if (!value_.empty() && std::string_view("[{:").find(value_.back()) == std::string_view::npos) value_ += ',';
  }

  bool open(char bracket) {
    if (depth_ >= kValues) {
      if (!begin_value()) return false;
      if (depth_ - kValues == InputPatch::kDeepest) {
        return refuse("of values that nest at most " + std::to_string(InputPatch::kDeepest) + " deep");
      }
      value_ += bracket;
    } else if (bracket != '[' || (depth_ == kPair && place_ != 1)) {
      return refuse(at_key() ? kKeys : kShape);
    } else if (depth_ == kPatch) {
      place_ = 0;
    } else if (depth_ == kPair) {
      ++place_;
      values_ = 0;
      value_.clear();
    }
    ++depth_;
    return true;
  }

  bool close(char bracket) {
    --depth_;
    if (depth_ >= kValues) value_ += bracket;
    if (depth_ != kPatch) return true;
    if (place_ != 2) return refuse(kShape);
    const auto [known, first] = places_.try_emplace(key_, patch_.items.size());
    if (first) patch_.items.push_back({key_, std::nullopt});
    auto& item = patch_.items[known->second];
    item.value.reset();
    if (values_ > 0) item.value = std::move(value_);
    return true;
  }

  InputPatch patch_;
  TextMap<std::size_t> places_;  // of the keys in the patch
  std::string wanted_ = kShape;
  int depth_ = kOutside;
  int place_ = 0;  // in a pair: what has been read of it
  int values_ = 0;
  std::string key_;
  std::string value_;
};

}  // namespace

Outcome<InputPatch> InputPatch::parse(std::string_view body) {
  Reader reader;
  if (!Json::sax_parse(body, &reader)) return errors::bad_body(reader.wanted());
  return reader.take();
}

}  // namespace edge
