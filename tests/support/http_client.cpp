#include "tests/support/http_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "edge_service/src/words.hpp"

namespace suite::test {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

std::string HttpReply::error() const {
  const auto parsed = nlohmann::json::parse(body, nullptr, false);
  const bool kept = parsed.is_object() && parsed.size() == 2 && parsed.contains("error") &&
                    parsed["error"].is_string() && parsed.contains("message") && !parsed.value("message", "").empty();
  return kept ? parsed["error"].get<std::string>() : std::string();
}

HttpReply HttpClient::ask(const std::string& method, const std::string& target, const Fields& fields,
                          const std::string& body) const {
  asio::io_context context;
  tcp::socket socket(context);
  socket.connect({asio::ip::address_v4::loopback(), port_});
  std::string bytes = method + " " + target + " HTTP/1.1\r\nHost: edge.example\r\nConnection: close\r\n";
  for (const auto& [name, value] : fields) bytes.append(name).append(": ").append(value).append("\r\n");
  if (!body.empty() || method == "POST")
    bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  bytes.append("\r\n").append(body);
  asio::write(socket, asio::buffer(bytes));

  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(64 * 1024 * 1024);
  if (method == "HEAD") parser.skip(true);
  http::read(socket, buffer, parser);
  HttpReply reply{parser.get().result_int(), {}, parser.get().body()};
  for (const auto& field : parser.get()) {
    const auto name = field.name_string();
    reply.fields[edge::words::lowered({name.data(), name.size()})] = std::string(field.value());
  }
  return reply;
}

std::uint16_t free_port() {
  asio::io_context context;
  return tcp::acceptor(context, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

}  // namespace suite::test
