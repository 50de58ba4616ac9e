// The settings of this service, parsed once.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/http_address.hpp"
#include "common/log.hpp"

namespace suite::web {

struct Config {
  std::string bind = "0.0.0.0";
  std::uint16_t port = 3031;
  std::string database;  // of connection_string()
  std::int64_t database_pool = 0;
  std::vector<HttpAddress> edges;
  std::string edge_token;
  std::string jwt_secret;
  std::chrono::seconds token_lifetime{86400};
  log::Options log;
};

// Nothing where --help or --version was answered. Throws BadSetting, whose text is one line for the operator.
std::optional<Config> read_config(int argc, const char* const* argv);

}  // namespace suite::web
