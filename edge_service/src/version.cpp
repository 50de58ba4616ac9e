#include "edge_service/src/version.hpp"

#include <sodium.h>

#include <array>
#include <charconv>

namespace edge {
namespace {

constexpr std::size_t kHexDigits = 16, kDecimalDigits = 20;

char* append_hex(char* to, std::uint64_t value) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = kHexDigits; i-- > 0; value >>= 4) to[i] = kDigits[value & 15];
  return to + kHexDigits;
}

std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Lineage new_lineage() {
  Lineage lineage = 0;
  randombytes_buf(&lineage, sizeof lineage);
  return lineage;
}

std::string version_id(const Version& version, Fingerprint window) {
  std::array<char, 2 * kHexDigits + kDecimalDigits + 2> text{};
  char* end = append_hex(text.data(), version.lineage);
  *end++ = '.';
  end = std::to_chars(end, end + kDecimalDigits, version.number).ptr;
  *end++ = '.';
  end = append_hex(end, window);
  return {text.data(), end};
}

std::optional<Version> parse_version_id(std::string_view id, Fingerprint window) {
  constexpr std::size_t kLongest = 64;
  const auto first = id.find('.');
  const auto last = id.rfind('.');
  if (id.size() > kLongest || first == std::string_view::npos || first == last) return std::nullopt;
  const auto lineage = number(id.substr(0, first), 16);
  const auto count = number(id.substr(first + 1, last - first - 1), 10);
  if (!lineage || !count || number(id.substr(last + 1), 16) != window) return std::nullopt;
  return Version{*lineage, *count};
}

Sequence VersionLog::append(const Version& version) {
  ++newest_;
  const bool continues = !runs_.empty() && runs_.back().lineage == version.lineage &&
                         version.number - runs_.back().first_number == newest_ - runs_.back().first;
  if (!continues) {
    runs_.push_back({version.lineage, version.number, newest_});
    if (runs_.size() > kRuns) runs_.erase(runs_.begin());
  }
  return newest_;
}

Version VersionLog::current() const {
  if (runs_.empty()) return {};
  const Run& run = runs_.back();
  return {run.lineage, run.first_number + (newest_ - run.first)};
}

std::optional<Sequence> VersionLog::find(const Version& version) const {
  for (std::size_t i = runs_.size(); i-- > 0;) {
    const Run& run = runs_[i];
    if (run.lineage != version.lineage || version.number < run.first_number) continue;
    const Sequence sequence = run.first + (version.number - run.first_number);
    if (sequence <= last_of(i)) return sequence;
  }
  return std::nullopt;
}

bool VersionLog::passed(const Version& version) const {
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const Run& run = runs_[i];
    if (run.lineage == version.lineage && run.first_number + (last_of(i) - run.first) >= version.number) return true;
  }
  return false;
}

}  // namespace edge
