// The log: one line per event, JSON or text, on standard output.
//
// Events have stable names ("upstream_connected") that tests and operators await; what varies is in the fields.
// Threads   Any. configure() once, before the first event.
// Secrets   Never a field: callers pass host names and users, not URLs with passwords or tokens.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace suite::log {

enum class Level { debug, info, warn, error };
enum class Format { json, text };

struct Options {
  Level level = Level::info;
  Format format = Format::json;
  std::string service;  // "edge", "web"
  std::string node;     // empty: left out
};

using Field = std::pair<std::string_view, nlohmann::json>;
using Fields = std::initializer_list<Field>;

void configure(Options options);

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

}  // namespace suite::log
