#include "edge_service/src/contents.hpp"

#include <sodium.h>
#include <zlib.h>

#include <stdexcept>

#include "common/reply.hpp"
#include "edge_service/src/sse.hpp"

namespace edge {
namespace {

// An entity tag made of the bytes themselves: equal on every node and after every restart for equal contents.
std::string tag_of(std::string_view body, std::string_view encoding) {
  unsigned char hash[crypto_generichash_BYTES_MIN];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(body.data()), body.size(), nullptr, 0);
  std::string text(2 * sizeof hash + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), hash, sizeof hash);
  text.pop_back();
  return std::string("\"").append(text).append(encoding.empty() ? "" : "-").append(encoding).append("\"");
}

std::string compressed(const std::string& body) {
  constexpr int kGzip = 15 + 16, kMemory = 8, kLevel = 5;
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib could not begin");
  }
  std::string packed(deflateBound(&stream, body.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib could not finish");
  return packed;
}

}  // namespace

Contents::Contents(std::vector<EntryPtr> entries, std::string version_id, bool single, bool is_private)
    : entries_(std::move(entries)), version_id_(std::move(version_id)), single_(single), private_(is_private) {}

std::string Contents::body() const {
  if (single_) return entries_.empty() ? std::string() : std::string(entries_.front()->value());
  std::string body = "[";
  for (const auto& entry : entries_) {
    if (body.size() > 1) body += ',';
    body += entry->value();
  }
  return body += ']';
}

Rendered Contents::render(std::string body, std::string_view encoding) const {
  Rendered made;
  made.etag = tag_of(body, encoding);
  const std::string shared = suite::field_line("ETag", made.etag) +
                             suite::field_line("Cache-Control", private_ ? "private, no-store" : "no-cache") +
                             suite::field_line("Vary", "Accept, Accept-Encoding") +
                             suite::field_line("Edge-Version", version_id_);
  made.head = suite::reply_head(suite::Status::ok, "application/json", body.size()) +
              (encoding.empty() ? std::string() : suite::field_line("Content-Encoding", encoding)) + shared;
  made.not_modified_head = suite::reply_head(suite::Status::not_modified, "", 0) + shared;
  made.body = std::move(body);
  return made;
}

const Rendered& Contents::plain() const {
  return plain_.get([this] { return render(body(), ""); });
}

const Rendered& Contents::gzip() const {
  return gzip_.get([this] { return render(compressed(plain().body), "gzip"); });
}

const std::string& Contents::init_frame() const {
  return init_.get([this] { return sse::init(version_id_, entries_); });
}

}  // namespace edge
