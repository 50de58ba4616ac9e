// What a handler answers: a head and a body that are ready to be written, shared and never copied.
//
// Owner     The reply keeps what its views point into alive; a cached answer is one object that many replies share.
// Head      Status line and fields, each ended by CRLF, without the empty line: the session adds what differs from
//           answer to answer (`extra`, Date, Connection) and the empty line.
// Errors    error_reply() is the only shape in which an error leaves a service: {"error":…,"message":…}.
#pragma once

#include <boost/beast/http/status.hpp>
#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace suite {

using Status = boost::beast::http::status;

struct Reply {
  std::shared_ptr<const void> owner;
  std::string_view head;
  std::string_view body;
  std::string extra;  // further fields, each ended by CRLF
  Status status = Status::ok;
};

using HeaderFields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// "HTTP/1.1 200 OK\r\nContent-Type: …\r\nContent-Length: …\r\n" and the fields given. Values must be free of CR and LF:
// such a field is left out (response splitting, CWE-113).
std::string reply_head(Status status, std::string_view content_type, std::size_t content_length,
                       HeaderFields fields = {});

Reply make_reply(Status status, std::string_view content_type, std::string body, HeaderFields fields = {});
Reply json_reply(Status status, const nlohmann::json& body, HeaderFields fields = {});

// `code` is a stable word for programs, `message` says what is wrong and how to mend it.
Reply error_reply(Status status, std::string_view code, std::string_view message, HeaderFields fields = {});

// One field line, or nothing where the value could end it early.
std::string field_line(std::string_view name, std::string_view value);

}  // namespace suite
