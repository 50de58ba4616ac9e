#include "common/reply.hpp"

namespace suite {

std::string field_line(std::string_view name, std::string_view value) {
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return {};
  std::string line;
  line.reserve(name.size() + value.size() + 4);
  line.append(name).append(": ").append(value).append("\r\n");
  return line;
}

std::string reply_head(Status status, std::string_view content_type, std::size_t content_length, HeaderFields fields) {
  std::string head = "HTTP/1.1 " + std::to_string(static_cast<unsigned>(status)) + " ";
  head.append(boost::beast::http::obsolete_reason(status)).append("\r\n");
  if (!content_type.empty()) head += field_line("Content-Type", content_type);
  // A 304 and a 204 have no body, and a length there would be that of another answer.
  if (status != Status::not_modified && status != Status::no_content) {
    head += field_line("Content-Length", std::to_string(content_length));
  }
  for (const auto& [name, value] : fields) head += field_line(name, value);
  return head;
}

Reply make_reply(Status status, std::string_view content_type, std::string body, HeaderFields fields) {
  struct Owned {
    std::string head;
    std::string body;
  };
  auto owned = std::make_shared<Owned>(Owned{reply_head(status, content_type, body.size(), fields), std::move(body)});
  return {owned, owned->head, owned->body, {}, status};
}

Reply json_reply(Status status, const nlohmann::json& body, HeaderFields fields) {
  return make_reply(status, "application/json", body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                    fields);
}

Reply error_reply(Status status, std::string_view code, std::string_view message, HeaderFields fields) {
  nlohmann::ordered_json body;
  body["error"] = code;
  body["message"] = message;
  return make_reply(status, "application/json", body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                    fields);
}

}  // namespace suite
