#include "edge_service/src/window_spec.hpp"

#include <sodium.h>

namespace edge {
namespace {

void append(std::string& bytes, std::string_view part) {
  bytes.append(std::to_string(part.size())).append(":").append(part);
}

}  // namespace

std::string WindowSpec::canonical() const {
  std::string bytes;
  append(bytes, resource);
  if (key) append(bytes += 'k', *key);
  if (limit) append(bytes += 'l', std::to_string(*limit));
  if (owner) append(bytes += 'o', *owner);
  for (const auto& [name, images] : filters) {
    append(bytes += 'f', name);
    for (const auto& image : images) append(bytes += 'v', image);
  }
  return bytes;
}

Fingerprint WindowSpec::fingerprint() const {
  const std::string bytes = canonical();
  unsigned char hash[crypto_generichash_BYTES_MIN];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr, 0);
  Fingerprint fingerprint = 0;
  for (std::size_t i = 0; i < sizeof fingerprint; ++i) fingerprint = fingerprint << 8 | hash[i];
  return fingerprint;
}

}  // namespace edge
