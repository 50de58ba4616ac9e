#include "edge_service/src/sse.hpp"

namespace edge::sse {
namespace {

void append_pair(std::string& text, std::string_view key, const Entry* entry) {
  text.append("[").append(key).append(",[");
  if (entry) text.append(entry->value());
  text.append("]]");
}

// A line end inside the data begins a new data line; the reader's parser puts it back.
void append_data(std::string& frame, std::string_view data) {
  frame.append("data: ");
  const bool one_line = data.find('\n') == std::string_view::npos && data.find('\r') == std::string_view::npos;
  while (true) {
    const auto end = one_line ? std::string_view::npos : data.find_first_of("\r\n");
    frame.append(data.substr(0, end));
    if (end == std::string_view::npos) break;
    const bool pair = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
    data.remove_prefix(end + (pair ? 2 : 1));
    frame.append("\ndata: ");
  }
  frame.append("\n\n");
}

std::string frame_head(std::string_view event, std::string_view id, std::size_t expected) {
  std::string frame;
  frame.reserve(expected + event.size() + id.size() + 64);
  return frame.append("event: ").append(event).append("\nid: ").append(id).append("\n");
}

constexpr std::size_t kAroundPair = 6;  // brackets and commas

std::size_t size_of(const std::vector<EntryPtr>& contents) {
  std::size_t size = 2;
  for (const auto& entry : contents) size += entry->key().size() + entry->value().size() + kAroundPair;
  return size;
}

}  // namespace

std::size_t size_of(const Changes& changes) {
  std::size_t size = 2;
  for (const auto& change : changes) {
    size += change.either().key().size() + (change.after ? change.after->value().size() : 0) + kAroundPair;
  }
  return size;
}

std::string pairs(const std::vector<EntryPtr>& contents) {
  std::string text;
  text.reserve(size_of(contents));
  text += '[';
  for (const auto& entry : contents) {
    if (text.size() > 1) text += ',';
    append_pair(text, entry->key(), entry.get());
  }
  return text += ']';
}

std::string init(std::string_view id, const std::vector<EntryPtr>& contents) {
  const std::string data = pairs(contents);
  std::string frame = frame_head("init", id, data.size());
  append_data(frame, data);
  return frame;
}

std::string update(std::string_view id, const Changes& changes) {
  std::string data;
  data.reserve(size_of(changes));
  data += '[';
  for (const auto& change : changes) {
    if (data.size() > 1) data += ',';
    append_pair(data, change.either().key(), change.after.get());
  }
  data += ']';
  std::string frame = frame_head("update", id, data.size());
  append_data(frame, data);
  return frame;
}

std::string heartbeat(std::string_view id, std::string_view fresh_as_of, std::int64_t staleness_ms) {
  std::string frame = frame_head("heartbeat", id, 0);
  frame.append("data: {\"fresh_as_of\":\"").append(fresh_as_of).append("\",\"staleness_ms\":");
  return frame.append(std::to_string(staleness_ms)).append("}\n\n");
}

std::string end(std::string_view reason) {
  return std::string("event: end\ndata: {\"reason\":\"").append(reason).append("\"}\n\n");
}

}  // namespace edge::sse
