#include "common/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "common/time_text.hpp"

namespace suite::log {
namespace {

struct Logger {
  Options options;
  std::shared_ptr<spdlog::logger> sink = [] {
    auto logger = std::make_shared<spdlog::logger>("suite", std::make_shared<spdlog::sinks::stdout_sink_mt>());
    logger->set_pattern("%v");
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::trace);
    return logger;
  }();
};

Logger& logger() {
  static Logger instance;
  return instance;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
  }
  return "info";
}

std::string as_json(Level level, std::string_view event, Fields fields) {
  const Options& options = logger().options;
  nlohmann::ordered_json line;
  line["ts"] = iso_time(std::chrono::system_clock::now());
  line["level"] = name_of(level);
  line["service"] = options.service;
  if (!options.node.empty()) line["node"] = options.node;
  line["event"] = event;
  for (const auto& [name, value] : fields) line[std::string(name)] = value;
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string as_text(Level level, std::string_view event, Fields fields) {
  std::string line = iso_time(std::chrono::system_clock::now());
  line.append(" ").append(name_of(level)).append(" ").append(event);
  for (const auto& [name, value] : fields) {
    line.append(" ").append(name).append("=");
    line.append(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return line;
}

void write(Level level, std::string_view event, Fields fields) {
  const Options& options = logger().options;
  if (level < options.level) return;
  const bool json = options.format == Format::json;
  logger().sink->info("{}", json ? as_json(level, event, fields) : as_text(level, event, fields));
}

}  // namespace

void configure(Options options) { logger().options = std::move(options); }

void debug(std::string_view event, Fields fields) { write(Level::debug, event, fields); }
void info(std::string_view event, Fields fields) { write(Level::info, event, fields); }
void warn(std::string_view event, Fields fields) { write(Level::warn, event, fields); }
void error(std::string_view event, Fields fields) { write(Level::error, event, fields); }

}  // namespace suite::log
