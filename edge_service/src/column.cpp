#include "edge_service/src/column.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "edge_service/src/words.hpp"

namespace edge {
namespace {

template <typename Unsigned>
std::string big_endian(Unsigned value) {
  std::string bytes(sizeof value, '\0');
  for (std::size_t i = bytes.size(); i-- > 0; value = static_cast<Unsigned>(value >> 8)) {
    bytes[i] = static_cast<char>(value & 0xff);
  }
  return bytes;
}

std::string integer_image(std::int64_t value) {
  return big_endian(static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63));
}

// from_chars knows no plus; two signs are none's form.
std::string_view without_plus(std::string_view text) {
  return text.starts_with('+') && !text.starts_with("+-") ? text.substr(1) : text;
}

std::optional<std::int64_t> integer(std::string_view text) {
  text = without_plus(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// PostgreSQL's order of floats: -0 equals 0, NaN equals NaN and is above all.
std::optional<std::string> floating_image(std::string_view text) {
  text = without_plus(text);
  double value = 0;  // from_chars also knows "inf", "Infinity" and "NaN", in any case
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (std::isnan(value)) return std::string(8, '\xff');
  if (value == 0) value = 0;
  auto bits = std::bit_cast<std::uint64_t>(value);
  const std::uint64_t sign = std::uint64_t{1} << 63;
  bits = bits & sign ? ~bits : bits | sign;
  return big_endian(bits);
}

std::string inverted(std::string bytes) {
  for (char& byte : bytes) byte = static_cast<char>(~byte);
  return bytes;
}

// Numerics by class, then by the place of the first digit, then by digits: 1.0, 1.00 and 1e0 have one image.
std::optional<std::string> numeric_image(std::string_view text) {
  enum Class : char { kMinusInfinity = 1, kNegative, kZero, kPositive, kInfinity, kNaN };
  const std::string word = words::lowered(text);
  if (word == "nan") return std::string(1, kNaN);
  if (word == "infinity" || word == "inf" || word == "+infinity" || word == "+inf") return std::string(1, kInfinity);
  if (word == "-infinity" || word == "-inf") return std::string(1, kMinusInfinity);

  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  std::int64_t exponent = 0;
  if (const auto e = rest.find_first_of("eE"); e != std::string_view::npos) {
    const auto given = integer(rest.substr(e + 1));
    if (!given || std::abs(*given) > 200000) return std::nullopt;
    exponent = *given;
    rest = rest.substr(0, e);
  }
  const auto point = rest.find('.');
  const std::string_view whole = rest.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : rest.substr(point + 1);
  std::string digits = std::string(whole).append(fraction);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  exponent += static_cast<std::int64_t>(whole.size());
  const auto first = digits.find_first_not_of('0');
  if (first == std::string::npos) return std::string(1, kZero);
  exponent -= static_cast<std::int64_t>(first);
  digits.erase(0, first);
  digits.erase(digits.find_last_not_of('0') + 1);
  std::string magnitude = big_endian(static_cast<std::uint32_t>(exponent) ^ 0x80000000U) + digits + '\0';
  return negative ? std::string(1, kNegative) + inverted(std::move(magnitude))
                  : std::string(1, kPositive) + std::move(magnitude);
}

std::optional<bool> boolean(std::string_view text) {
  // PostgreSQL takes any unambiguous beginning of these words.
  const std::string word = words::lowered(text);
  if (word.empty()) return std::nullopt;
  for (const std::string_view yes : {"true", "yes", "on", "1"}) {
    if (yes.starts_with(word) && word != "o") return true;
  }
  for (const std::string_view no : {"false", "no", "off", "0"}) {
    if (no.starts_with(word) && word != "o") return false;
  }
  return std::nullopt;
}

std::optional<std::string> uuid(std::string_view text) {
  if (text.size() >= 2 && text.front() == '{' && text.back() == '}') text = text.substr(1, text.size() - 2);
  std::string digits;
  char last = '-';  // none at the beginning, nor two in a row
  for (const char c : text) {
    const bool dash = c == '-' && last != '-' && digits.size() % 4 == 0;
    last = c;
    if (dash) continue;
    if (!std::isxdigit(static_cast<unsigned char>(c))) return std::nullopt;
    digits += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (digits.size() != 32 || text.back() == '-') return std::nullopt;
  for (const std::size_t dash : {8, 13, 18, 23}) digits.insert(dash, 1, '-');
  return digits;
}

// Reads exactly `width` digits.
bool take_digits(std::string_view& rest, std::size_t width, std::int64_t& value) {
  if (rest.size() < width) return false;
  const std::string_view digits = rest.substr(0, width);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
  rest.remove_prefix(width);
  return std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc();
}

bool take(std::string_view& rest, char expected) {
  if (rest.empty() || rest.front() != expected) return false;
  rest.remove_prefix(1);
  return true;
}

constexpr std::int64_t kMicroseconds = 1'000'000;

// "2026-11-22" → microseconds since 1970.
bool take_date(std::string_view& rest, std::int64_t& micros) {
  std::int64_t year = 0, month = 0, day = 0;
  if (!take_digits(rest, 4, year) || !take(rest, '-') || !take_digits(rest, 2, month) || !take(rest, '-') ||
      !take_digits(rest, 2, day)) {
    return false;
  }
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return false;  // 2026-02-30
  micros = std::chrono::sys_days(date).time_since_epoch().count() * 86400 * kMicroseconds;
  return true;
}

// "07:00[:00[.123456]]"
bool take_time(std::string_view& rest, std::int64_t& micros) {
  std::int64_t hour = 0, minute = 0, second = 0, fraction = 0;
  if (!take_digits(rest, 2, hour) || !take(rest, ':') || !take_digits(rest, 2, minute)) return false;
  if (take(rest, ':')) {
    if (!take_digits(rest, 2, second)) return false;
    if (take(rest, '.')) {
      std::size_t digits = 0;
      for (std::int64_t digit = 0; digits < 6 && take_digits(rest, 1, digit); ++digits)
        fraction = fraction * 10 + digit;
      if (digits == 0) return false;
      for (; digits < 6; ++digits) fraction *= 10;
    }
  }
  if (hour > 24 || minute > 59 || second > 60) return false;
  micros += ((hour * 60 + minute) * 60 + second) * kMicroseconds + fraction;
  return true;
}

// "Z", "+02", "+02:00", "+0200"; none is UTC, as the session's TimeZone is.
bool take_zone(std::string_view& rest, std::int64_t& micros) {
  if (rest.empty() || take(rest, 'Z') || take(rest, 'z')) return true;
  const bool west = rest.front() == '-';
  if (!take(rest, '-') && !take(rest, '+')) return false;
  std::int64_t hours = 0, minutes = 0;
  if (!take_digits(rest, 2, hours)) return false;
  take(rest, ':');
  if (!rest.empty() && !take_digits(rest, 2, minutes)) return false;
  const std::int64_t offset = (hours * 60 + minutes) * 60 * kMicroseconds;
  micros += west ? offset : -offset;
  return true;
}

// ISO 8601, which is also what the service itself shows.
std::optional<std::int64_t> instant(std::string_view text, Kind kind) {
  if (words::same_word(text, "infinity")) return std::numeric_limits<std::int64_t>::max();
  if (words::same_word(text, "-infinity")) return std::numeric_limits<std::int64_t>::min();
  std::int64_t micros = 0;
  if (!take_date(text, micros)) return std::nullopt;
  if (kind != Kind::date && (take(text, 'T') || take(text, ' ')) && !take_time(text, micros)) return std::nullopt;
  if (kind == Kind::timestamptz && !take_zone(text, micros)) return std::nullopt;
  if (!text.empty()) return std::nullopt;
  return micros;
}

std::optional<std::string> label_image(const std::vector<std::string>& labels, std::string_view label) {
  const auto found = std::find(labels.begin(), labels.end(), label);
  if (found == labels.end()) return std::nullopt;
  return big_endian(static_cast<std::uint32_t>(found - labels.begin()));
}

}  // namespace

std::optional<Kind> kind_of(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Kind>, 11> kNames{{{"integer", Kind::integer},
                                                                             {"float", Kind::floating},
                                                                             {"numeric", Kind::numeric},
                                                                             {"boolean", Kind::boolean},
                                                                             {"text", Kind::text},
                                                                             {"char", Kind::padded},
                                                                             {"uuid", Kind::uuid},
                                                                             {"date", Kind::date},
                                                                             {"timestamp", Kind::timestamp},
                                                                             {"timestamptz", Kind::timestamptz},
                                                                             {"enum", Kind::enumeration}}};
  for (const auto& [known, kind] : kNames) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

std::string Column::image_of(std::string_view delivered) const {
  std::optional<std::string> image;
  switch (kind) {
    case Kind::integer:
      if (const auto value = integer(delivered)) image = integer_image(*value);
      break;
    case Kind::floating: image = floating_image(delivered); break;
    case Kind::numeric: image = numeric_image(delivered); break;
    case Kind::boolean: image = delivered == "t" ? "\1" : std::string(1, '\0'); break;
    case Kind::text:
    case Kind::padded:
    case Kind::uuid: image = std::string(delivered); break;
    case Kind::date:
    case Kind::timestamp:
    case Kind::timestamptz:  // delivered as microseconds
      if (delivered == "infinity" || delivered == "-infinity") {
        image = integer_image(*instant(delivered, kind));
      } else if (const auto value = integer(delivered)) {
        image = integer_image(*value);
      }
      break;
    case Kind::enumeration: image = label_image(labels, delivered); break;
  }
  if (!image) throw std::runtime_error("column " + name + ": \"" + std::string(delivered) + "\" is not of its kind");
  return *image;
}

std::optional<std::string> Column::image_of_parameter(std::string_view given) const {
  if (given.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string_view trimmed = words::trimmed(given);
  switch (kind) {
    case Kind::integer: {
      const auto value = integer(trimmed);
      return value ? std::optional(integer_image(*value)) : std::nullopt;
    }
    case Kind::floating: return floating_image(trimmed);
    case Kind::numeric: return numeric_image(trimmed);
    case Kind::boolean: {
      const auto value = boolean(trimmed);
      return value ? std::optional(std::string(1, *value ? '\1' : '\0')) : std::nullopt;
    }
    case Kind::text: return std::string(given);
    case Kind::padded: return std::string(given.substr(0, given.find_last_not_of(' ') + 1));
    case Kind::uuid: return uuid(given);
    case Kind::date:
    case Kind::timestamp:
    case Kind::timestamptz: {
      const auto value = instant(trimmed, kind);
      return value ? std::optional(integer_image(*value)) : std::nullopt;
    }
    case Kind::enumeration: return label_image(labels, given);
  }
  return std::nullopt;
}

std::string_view Column::expectation() const {
  switch (kind) {
    case Kind::integer: return "an integer";
    case Kind::floating:
    case Kind::numeric: return "a number";
    case Kind::boolean: return "true or false";
    case Kind::text:
    case Kind::padded: return "a text without NUL";
    case Kind::uuid: return "a UUID";
    case Kind::date: return "a date such as 2026-11-22";
    case Kind::timestamp: return "a time such as 2026-11-22T07:00:00";
    case Kind::timestamptz: return "a time such as 2026-11-22T07:00:00Z";
    case Kind::enumeration: return "one of the type's labels";
  }
  return "a value of the column's type";
}

}  // namespace edge
