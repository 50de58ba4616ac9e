// The settings of a program: each declared once (name, default, meaning, check); flags, environment, --help and the
// error line all come from that declaration.
//
//   Settings settings("edge_service", "EDGE_", "Keeps JSON resources fresh against PostgreSQL.");
//   settings.integer("streaming-port", config.port, 1, 65535, "port of the streaming API");
//   settings.parse(argc, argv);      // --streaming-port, else EDGE_STREAMING_PORT, else what config.port held
//
// A flag wins over the environment; an empty variable counts as unset. Secrets have no flag for their value (a
// command line is public): NAME or NAME_FILE in the environment, or --name-file.
// Errors    parse() throws BadSetting, whose what() is one line: the setting, what was given, what is allowed.
// Threads   One, at the start. Variables given to the declarations must outlive parse().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

struct BadSetting : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Settings {
 public:
  // Turns the text given into the setting; returns what would have been allowed where it does not fit.
  using Accept = std::function<std::optional<std::string>(const std::string& given)>;

  Settings(std::string program, std::string prefix, std::string about);

  void text(std::string name, std::string& into, std::string meaning);
  void choice(std::string name, std::string& into, std::vector<std::string> allowed, std::string meaning);
  void list(std::string name, std::vector<std::string>& into, std::string meaning);  // comma-separated
  void integer(std::string name, std::int64_t& into, std::int64_t least, std::int64_t most, std::string meaning);
  void port(std::string name, std::uint16_t& into, std::string meaning);
  void milliseconds(std::string name, std::chrono::milliseconds& into, std::int64_t least, std::int64_t most,
                    std::string meaning);
  void seconds(std::string name, std::chrono::seconds& into, std::int64_t least, std::int64_t most,
               std::string meaning);
  void optional_seconds(std::string name, std::optional<std::chrono::seconds>& into, std::int64_t least,
                        std::int64_t most, std::string meaning);
  void secret(std::string name, std::string& into, std::size_t least_bytes, std::string meaning);

  // These three say more of the setting declared last.
  void required(std::string example);  // without it the program cannot run
  void check(Accept further);          // a condition on what was accepted
  void confidential();                 // what was given (a URL with a password in it) is not shown in an error

  enum class Outcome { run, done };  // done: --help or --version was answered on standard output
  Outcome parse(int argc, const char* const* argv);

 private:
  struct Setting {
    std::string name;      // "streaming-port"
    std::string variable;  // "EDGE_STREAMING_PORT"
    std::string meaning;
    std::string shown_default;
    std::string example;  // not empty: required
    bool secret = false;
    bool confidential = false;
    Accept accept;
  };

  void declare(std::string name, std::string shown_default, std::string meaning, Accept accept);
  void take(const Setting& setting, const std::optional<std::string>& flag) const;
  std::string label(const Setting& setting) const;

  std::string program_;
  std::string prefix_;
  std::string about_;
  std::vector<Setting> settings_;
};

}  // namespace suite
