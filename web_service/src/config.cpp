#include "web_service/src/config.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <map>
#include <thread>

#include "common/asio.hpp"
#include "common/settings.hpp"
#include "web_service/src/connection_string.hpp"

namespace suite::web {
namespace {

using Allowed = std::optional<std::string>;

constexpr std::size_t kLeastSecretBytes = 16;  // as for the edges, who are given the same

Allowed check_address(const std::string& given) {
  error_code failed;
  asio::ip::make_address(given, failed);
  return failed ? Allowed("an IP address of this machine, or 0.0.0.0 for all") : std::nullopt;
}

// A token travels in a header field.
Allowed check_token(const std::string& given) {
  const bool fits = given.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
  return fits ? std::nullopt : Allowed("one line of text");
}

}  // namespace

std::optional<Config> read_config(int argc, const char* const* argv) {
  Config config;
  config.database_pool = 2 * std::max<std::int64_t>(1, std::thread::hardware_concurrency());
  std::string database_url;
  std::vector<std::string> edge_urls;
  std::string level = "info";
  std::string format = "json";

  Settings settings("web_service", "WEB_", "The blog's REST API: log in, write to PostgreSQL, read through the edges.");
  settings.text("database-url", database_url, "where PostgreSQL is, as libpq understands it");
  settings.required("postgresql://blog_web:…@host:5432/blog, or keywords and values");
  settings.confidential();
  settings.check([&config](const std::string& given) -> Allowed {
    auto completed = connection_string(given);
    if (!completed) return "postgresql://user:password@host:5432/database, or keywords and values";
    config.database = std::move(*completed);
    return std::nullopt;
  });
  settings.integer("database-pool", config.database_pool, 1, 256, "connections to PostgreSQL");
  settings.list("edge-url", edge_urls, "the control API of an edge, or of several, tried in turn");
  settings.required("http://host:8081, or several separated by commas");
  settings.check([&](const std::string&) -> Allowed {
    for (const auto& url : edge_urls) {
      const auto address = parse_http_address(url);
      if (!address) return "http://host:port without a path, or several separated by commas";
      config.edges.push_back(*address);
    }
    return std::nullopt;
  });
  settings.secret("edge-token", config.edge_token, 1, "the edges' EDGE_CONTROL_TOKEN");
  settings.check(check_token);
  settings.secret("jwt-secret", config.jwt_secret, kLeastSecretBytes, "what users' tokens are signed with");
  settings.required("at least 16 bytes, better 32 random ones, the same as the edges' EDGE_JWT_SECRET");
  settings.seconds("token-ttl-s", config.token_lifetime, 1, 366L * 86400, "how long a login lasts");
  settings.text("bind", config.bind, "address to listen on");
  settings.check(check_address);
  settings.port("port", config.port, "port to listen on");
  settings.choice("log-level", level, {"debug", "info", "warn", "error"}, "what is logged");
  settings.choice("log-format", format, {"json", "text"}, "how it is logged");
  if (settings.parse(argc, argv) == Settings::Outcome::done) return std::nullopt;

  const std::map<std::string, log::Level> levels{{"debug", log::Level::debug},
                                                 {"info", log::Level::info},
                                                 {"warn", log::Level::warn},
                                                 {"error", log::Level::error}};
  config.log.service = "web";
  config.log.level = levels.at(level);
  config.log.format = format == "json" ? log::Format::json : log::Format::text;
  return config;
}

}  // namespace suite::web
