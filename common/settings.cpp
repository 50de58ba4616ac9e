#include "common/settings.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

namespace suite {
namespace {

std::string variable_name(std::string_view prefix, std::string_view name) {
  std::string variable(prefix);
  for (const char c : name) variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return variable;
}

std::optional<std::string> environment(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  if (!value || !*value) return std::nullopt;
  return value;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Accepts an integer from `least` to `most` and hands it to `store`.
Settings::Accept bounded(std::int64_t least, std::int64_t most, std::function<void(std::int64_t)> store) {
  return [=](const std::string& given) -> std::optional<std::string> {
    const auto value = whole_number(given);
    if (!value || *value < least || *value > most) {
      return "an integer from " + std::to_string(least) + " to " + std::to_string(most);
    }
    store(*value);
    return std::nullopt;
  };
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream rest(text);
  for (std::string part; std::getline(rest, part, ',');) {
    const auto first = part.find_first_not_of(" \t");
    if (first == std::string::npos) continue;
    parts.push_back(part.substr(first, part.find_last_not_of(" \t") - first + 1));
  }
  return parts;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : separator).append(word);
  return text;
}

std::string content_of(const std::string& label, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw BadSetting(label + ": given the file \"" + path + "\"; allowed: a file that can be read");
  std::string content{std::istreambuf_iterator<char>(file), {}};
  content.erase(content.find_last_not_of("\r\n") + 1);  // an editor's last newline is not part of a secret
  return content;
}

}  // namespace

Settings::Settings(std::string program, std::string prefix, std::string about)
    : program_(std::move(program)), prefix_(std::move(prefix)), about_(std::move(about)) {}

void Settings::declare(std::string name, std::string shown_default, std::string meaning, Accept accept) {
  Setting setting;
  setting.variable = variable_name(prefix_, name);
  setting.name = std::move(name);
  setting.meaning = std::move(meaning);
  setting.shown_default = std::move(shown_default);
  setting.accept = std::move(accept);
  settings_.push_back(std::move(setting));
}

void Settings::text(std::string name, std::string& into, std::string meaning) {
  declare(std::move(name), into, std::move(meaning), [&into](const std::string& given) {
    into = given;
    return std::optional<std::string>();
  });
}

void Settings::choice(std::string name, std::string& into, std::vector<std::string> allowed, std::string meaning) {
  meaning += " (" + joined(allowed, ", ") + ")";
  declare(std::move(name), into, std::move(meaning),
          [&into, allowed = std::move(allowed)](const std::string& given) -> std::optional<std::string> {
            if (std::find(allowed.begin(), allowed.end(), given) == allowed.end()) return joined(allowed, ", ");
            into = given;
            return std::nullopt;
          });
}

void Settings::list(std::string name, std::vector<std::string>& into, std::string meaning) {
  declare(std::move(name), joined(into, ","), std::move(meaning),
          [&into](const std::string& given) -> std::optional<std::string> {
            auto parts = split(given);
            if (parts.empty()) return "one value or several, separated by commas";
            into = std::move(parts);
            return std::nullopt;
          });
}

void Settings::integer(std::string name, std::int64_t& into, std::int64_t least, std::int64_t most,
                       std::string meaning) {
  declare(std::move(name), std::to_string(into), std::move(meaning),
          bounded(least, most, [&into](std::int64_t value) { into = value; }));
}

void Settings::port(std::string name, std::uint16_t& into, std::string meaning) {
  declare(std::move(name), std::to_string(into), std::move(meaning),
          bounded(1, 65535, [&into](std::int64_t value) { into = static_cast<std::uint16_t>(value); }));
}

void Settings::milliseconds(std::string name, std::chrono::milliseconds& into, std::int64_t least, std::int64_t most,
                            std::string meaning) {
  declare(std::move(name), std::to_string(into.count()), std::move(meaning),
          bounded(least, most, [&into](std::int64_t value) { into = std::chrono::milliseconds(value); }));
}

void Settings::seconds(std::string name, std::chrono::seconds& into, std::int64_t least, std::int64_t most,
                       std::string meaning) {
  declare(std::move(name), std::to_string(into.count()), std::move(meaning),
          bounded(least, most, [&into](std::int64_t value) { into = std::chrono::seconds(value); }));
}

void Settings::optional_seconds(std::string name, std::optional<std::chrono::seconds>& into, std::int64_t least,
                                std::int64_t most, std::string meaning) {
  declare(std::move(name), into ? std::to_string(into->count()) : "none", std::move(meaning),
          bounded(least, most, [&into](std::int64_t value) { into = std::chrono::seconds(value); }));
}

void Settings::secret(std::string name, std::string& into, std::size_t least_bytes, std::string meaning) {
  declare(std::move(name), "none", std::move(meaning),
          [&into, least_bytes](const std::string& given) -> std::optional<std::string> {
            if (given.size() < least_bytes) return "at least " + std::to_string(least_bytes) + " bytes";
            into = given;
            return std::nullopt;
          });
  settings_.back().secret = true;
}

void Settings::required(std::string example) { settings_.back().example = std::move(example); }

void Settings::check(Accept further) {
  settings_.back().accept = [first = std::move(settings_.back().accept),
                             then = std::move(further)](const std::string& given) {
    auto allowed = first(given);
    return allowed ? allowed : then(given);
  };
}

void Settings::confidential() { settings_.back().confidential = true; }

std::string Settings::label(const Setting& setting) const {
  return setting.secret ? setting.variable + "[_FILE] (--" + setting.name + "-file)"
                        : setting.variable + " (--" + setting.name + ")";
}

void Settings::take(const Setting& setting, const std::optional<std::string>& flag) const {
  std::optional<std::string> given;
  if (setting.secret) {
    const auto file = flag ? flag : environment(setting.variable + "_FILE");
    given = file ? content_of(label(setting), *file) : environment(setting.variable);
  } else {
    given = flag ? flag : environment(setting.variable);
  }
  if (!given) {
    if (setting.example.empty()) return;
    throw BadSetting(label(setting) + ": not given; allowed: " + setting.example);
  }
  if (const auto allowed = setting.accept(*given)) {
    const bool hidden = setting.secret || setting.confidential;
    const std::string shown = hidden ? std::to_string(given->size()) + " bytes" : "\"" + *given + "\"";
    throw BadSetting(label(setting) + ": given " + shown + "; allowed: " + *allowed);
  }
}

Settings::Outcome Settings::parse(int argc, const char* const* argv) {
  CLI::App app(about_ + "\nEvery flag can also be given as the environment variable in brackets.", program_);
  app.set_version_flag("--version", program_ + " " SUITE_VERSION);
  std::vector<std::string> flags(settings_.size());
  std::vector<CLI::Option*> options;
  for (std::size_t i = 0; i < settings_.size(); ++i) {
    const Setting& setting = settings_[i];
    std::string note =
        setting.meaning + " [" + setting.variable + (setting.secret ? ", " + setting.variable + "_FILE" : "") + "]";
    note += setting.example.empty() ? " (default: " + setting.shown_default + ")" : " (required)";
    options.push_back(app.add_option("--" + setting.name + (setting.secret ? "-file" : ""), flags[i], note)
                          ->type_name(setting.secret ? "FILE" : "VALUE"));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    app.exit(asked);
    return Outcome::done;
  } catch (const CLI::ParseError& error) {
    throw BadSetting(std::string(error.what()) + "; allowed: the flags that --help lists");
  }
  for (std::size_t i = 0; i < settings_.size(); ++i) {
    take(settings_[i], options[i]->count() ? std::optional(flags[i]) : std::nullopt);
  }
  return Outcome::run;
}

}  // namespace suite
