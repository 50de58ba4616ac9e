#include "tests/support/web_http.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace web_test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

tcp::socket connected(asio::io_context& context, std::uint16_t port) {
  tcp::socket socket(context);
  socket.connect({asio::ip::address_v4::loopback(), port});
  return socket;
}

}  // namespace

Reply ask(std::uint16_t port, const Question& question) {
  asio::io_context context;
  auto socket = connected(context, port);
  std::string bytes = question.method + " " + question.target + " HTTP/1.1\r\nHost: blog.example\r\nConnection: close\r\n";
  for (const auto& [name, value] : question.fields) bytes.append(name).append(": ").append(value).append("\r\n");
  if (!question.body.empty()) bytes.append("Content-Length: ").append(std::to_string(question.body.size())).append("\r\n");
  bytes.append("\r\n").append(question.body);
  asio::write(socket, asio::buffer(bytes));

  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(64 * 1024 * 1024);
  if (question.method == "HEAD") parser.skip(true);
  http::read(socket, buffer, parser);
  const auto& reply = parser.get();
  return {reply.result_int(), reply.base(), reply.body()};
}

std::string exchange_bytes(std::uint16_t port, const std::string& bytes) {
  asio::io_context context;
  auto socket = connected(context, port);
  boost::system::error_code ignored;
  asio::write(socket, asio::buffer(bytes), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  std::string answer;
  asio::read(socket, asio::dynamic_buffer(answer), ignored);
  return answer;
}

std::uint16_t free_port() {
  asio::io_context context;
  return tcp::acceptor(context, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

}  // namespace web_test
