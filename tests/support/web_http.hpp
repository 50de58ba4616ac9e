// Asks a server on this machine, one connection per question, as a test wants to read it.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace web_test {

struct Question {
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> fields = {};
  std::string body = {};
};

struct Reply {
  unsigned status = 0;
  boost::beast::http::fields fields;
  std::string body;

  std::string field(const std::string& name) const { return std::string(fields[name]); }
  nlohmann::json json() const { return nlohmann::json::parse(body); }
  std::string error() const { return json().value("error", ""); }
};

Reply ask(std::uint16_t port, const Question& question);

// Sends bytes as they are and reads until the server closes.
std::string exchange_bytes(std::uint16_t port, const std::string& bytes);

std::uint16_t free_port();

}  // namespace web_test
