// Asks a server on this machine, one connection per question, as a test wants to read it.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace suite::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct HttpReply {
  unsigned status = 0;
  std::map<std::string, std::string> fields;  // names in small letters
  std::string body;

  std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  }
  nlohmann::json json() const { return nlohmann::json::parse(body); }
  // The code of the error contract; empty where the body does not keep to it.
  std::string error() const;
};

class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : port_(port) {}

  std::uint16_t port() const { return port_; }

  // Throws boost::system::system_error where nobody answers.
  HttpReply ask(const std::string& method, const std::string& target, const Fields& fields = {},
                const std::string& body = {}) const;
  HttpReply get(const std::string& target, const Fields& fields = {}) const { return ask("GET", target, fields); }

 private:
  std::uint16_t port_;
};

std::uint16_t free_port();

}  // namespace suite::test
