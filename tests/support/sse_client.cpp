#include "tests/support/sse_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <stdexcept>

namespace suite::test {

std::vector<std::string> SseFrame::keys() const {
  std::vector<std::string> found;
  const auto pairs = json();
  if (!pairs.is_array()) return found;
  for (const auto& pair : pairs) found.push_back(pair.at(0).dump());
  return found;
}

std::vector<std::string> SseFrame::removed() const {
  std::vector<std::string> found;
  const auto pairs = json();
  if (!pairs.is_array()) return found;
  for (const auto& pair : pairs) {
    if (pair.at(1).empty()) found.push_back(pair.at(0).dump());
  }
  return found;
}

SseClient::SseClient(std::uint16_t port, const std::string& target, const Fields& fields) {
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(socket_);
    throw std::runtime_error("nobody listens at port " + std::to_string(port));
  }
  std::string request = "GET " + target + " HTTP/1.1\r\nHost: edge.example\r\nAccept: text/event-stream\r\n";
  for (const auto& [name, value] : fields) request.append(name).append(": ").append(value).append("\r\n");
  request += "\r\n";
  if (send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    close(socket_);
    throw std::runtime_error("the request was not taken");
  }
  reader_ = std::thread([this] { read(); });
}

SseClient::~SseClient() {
  shutdown(socket_, SHUT_RDWR);
  reader_.join();
  close(socket_);
}

void SseClient::read() {
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto count = recv(socket_, buffer.data(), buffer.size(), 0);
    const std::lock_guard lock(mutex_);
    if (count <= 0) {
      closed_ = true;
      more_.notify_all();
      return;
    }
    const std::string_view came(buffer.data(), static_cast<std::size_t>(count));
    bytes_ += came;
    rest_ += came;
    if (head_.empty()) {
      const auto end = rest_.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      head_ = rest_.substr(0, end + 2);
      rest_.erase(0, end + 4);
    }
    // A line ends with CR LF, LF or CR; a CR at the end of what came may be half of a pair.
    for (;;) {
      const auto end = rest_.find_first_of("\r\n");
      if (end == std::string::npos || (rest_[end] == '\r' && end + 1 == rest_.size())) break;
      const bool pair = rest_[end] == '\r' && rest_[end + 1] == '\n';
      take_line(rest_.substr(0, end));
      rest_.erase(0, end + (pair ? 2 : 1));
    }
    more_.notify_all();
  }
}

void SseClient::take_line(const std::string& line) {
  if (line.empty()) return dispatch();
  const auto colon = line.find(':');
  const std::string name = line.substr(0, colon);
  std::string value = colon == std::string::npos ? std::string() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.erase(0, 1);
  if (name == "event") frame_.event = value;
  if (name == "id") frame_.id = last_id_ = value;
  if (name == "data") {
    frame_.data.append(has_data_ ? "\n" : "").append(value);
    has_data_ = true;
  }
}

void SseClient::dispatch() {
  if (has_data_) {
    ++counts_[frame_.event];
    if (frame_.event == "init") fold_.clear();
    if (frame_.event == "init" || frame_.event == "update") {
      for (const auto& pair : frame_.json()) {
        const std::string key = pair.at(0).dump();
        if (pair.at(1).empty()) {
          fold_.erase(key);
        } else {
          fold_[key] = pair.at(1).at(0);
        }
      }
    }
    frames_.push_back(std::move(frame_));
  }
  frame_ = {};
  has_data_ = false;
}

bool SseClient::wait_for(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds limit,
                         const std::function<bool()>& met) {
  return more_.wait_for(lock, limit, [&] { return closed_ || met(); }) && met();
}

SseFrame SseClient::next(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  if (!wait_for(lock, limit, [this] { return !frames_.empty(); })) return {};
  SseFrame frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

SseFrame SseClient::next_change(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    SseFrame frame = next(std::max(left, std::chrono::milliseconds(0)));
    if (frame.event != "heartbeat") return frame;
  }
}

unsigned SseClient::status() {
  std::unique_lock lock(mutex_);
  if (!wait_for(lock, std::chrono::seconds(10), [this] { return !head_.empty(); })) return 0;
  return static_cast<unsigned>(std::stoul(head_.substr(head_.find(' '))));
}

std::string SseClient::head() {
  status();
  const std::lock_guard lock(mutex_);
  return head_;
}

SseClient::Entries SseClient::fold() {
  const std::lock_guard lock(mutex_);
  return fold_;
}

std::string SseClient::last_id() {
  const std::lock_guard lock(mutex_);
  return last_id_;
}

std::string SseClient::bytes() {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::size_t SseClient::frames(const std::string& event) {
  const std::lock_guard lock(mutex_);
  return counts_[event];
}

bool SseClient::ended(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return more_.wait_for(lock, limit, [this] { return closed_; });
}

}  // namespace suite::test
