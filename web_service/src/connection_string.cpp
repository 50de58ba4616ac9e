#include "web_service/src/connection_string.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <map>
#include <memory>
#include <sstream>

namespace suite::web {
namespace {

// Bounds every wait that the server or the kernel can bound for us; see also SocketWatchdog.
const std::map<std::string, std::string> kUnlessGiven{
    {"application_name", "web_service"}, {"connect_timeout", "3"},  {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},        {"keepalives_count", "3"}, {"tcp_user_timeout", "6000"},
};
constexpr const char* kOptionsFirst =
    "-c statement_timeout=5s -c lock_timeout=3s -c idle_in_transaction_session_timeout=10s ";
// As the edges have it, so that what a write answers is byte for byte what they serve.
constexpr const char* kOptionsLast = " -c TimeZone=UTC -c DateStyle=ISO -c extra_float_digits=1";

// libpq looks at a port only when it connects. Several hosts may have a port each.
bool are_ports(const std::string& text) {
  std::istringstream ports(text);
  for (std::string port; std::getline(ports, port, ',');) {
    int number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    const bool fits = error == std::errc() && end == port.data() + port.size() && number >= 1 && number <= 65535;
    if (!fits && !port.empty()) return false;
  }
  return true;
}

std::string quoted(const std::string& value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

}  // namespace

std::optional<std::string> connection_string(const std::string& given) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(given.c_str(), &error),
                                                                             &PQconninfoFree);
  PQfreemem(error);
  if (!options) return std::nullopt;

  std::map<std::string, std::string> values = kUnlessGiven;
  for (const auto* option = options.get(); option->keyword; ++option) {
    if (option->val) values[option->keyword] = option->val;
  }
  if (const auto port = values.find("port"); port != values.end() && !are_ports(port->second)) return std::nullopt;
  values["client_encoding"] = "UTF8";
  values["options"] = kOptionsFirst + values["options"] + kOptionsLast;

  std::string text;
  for (const auto& [keyword, value] : values) text += (text.empty() ? "" : " ") + keyword + "=" + quoted(value);
  return text;
}

}  // namespace suite::web
