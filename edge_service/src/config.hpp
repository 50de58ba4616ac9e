// The settings of an edge, read once at the start (design.md 6).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/http_address.hpp"
#include "common/settings.hpp"

namespace edge {

struct Config {
  std::vector<std::string> upstream;
  std::vector<suite::HttpAddress> upstream_edges;  // the same, where they are edges; else empty
  std::string bind = "0.0.0.0";
  std::uint16_t streaming_port = 8080;
  std::uint16_t control_port = 8081;
  std::string node;  // the host's name
  std::int64_t threads = 0;

  std::string jwt_secret;
  std::string jwt_claim = "sub";
  std::string jwt_issuer;
  std::string jwt_cookie = "blog_session";
  std::string stream_secret;
  std::string control_token;

  std::int64_t history_mb = 64;
  std::int64_t client_buffer_kb = 256;
  std::int64_t max_windows = 20000;
  std::int64_t max_connections = 20000;
  std::chrono::milliseconds max_wait{5000};
  std::chrono::seconds heartbeat{15};
  std::chrono::milliseconds poll{1000};
  std::chrono::milliseconds probe{1000};
  std::chrono::seconds drain{10};
  std::optional<std::chrono::seconds> max_staleness;

  std::string log_level = "info";
  std::string log_format = "json";

  Config();

  // Throws suite::BadSetting; `done` where --help or --version was answered.
  suite::Settings::Outcome parse(int argc, const char* const* argv);
};

}  // namespace edge
