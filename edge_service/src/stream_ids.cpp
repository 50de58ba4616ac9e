#include "edge_service/src/stream_ids.hpp"

#include <sodium.h>

#include <nlohmann/json.hpp>

namespace edge {
namespace {

constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string base64(std::string_view raw) {
  std::string text(sodium_base64_encoded_len(raw.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes(raw), raw.size(), kBase64);
  text.pop_back();  // the terminating NUL
  return text;
}

std::string random_bytes(std::size_t count) {
  std::string made(count, '\0');
  randombytes_buf(made.data(), made.size());
  return made;
}

std::int64_t seconds(StreamIds::Time time) { return std::chrono::system_clock::to_time_t(time); }

}  // namespace

StreamIds::StreamIds(const std::string& secret) : key_(crypto_secretbox_KEYBYTES, '\0') {
  // A key of its own, so that what is sealed here can never pass for something else signed with the same secret.
  static constexpr std::string_view kContext = "edge stream ids";
  if (secret.empty()) {
    key_ = random_bytes(key_.size());
  } else {
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, key_.size());
    crypto_generichash_update(&state, bytes(kContext), kContext.size());
    crypto_generichash_update(&state, bytes(secret), secret.size());
    crypto_generichash_final(&state, bytes(key_), key_.size());
  }
}

std::string StreamIds::make(StreamTicket ticket, Time now) const {
  nlohmann::json json{{"r", ticket.resource},
                      {"p", ticket.parameters},
                      {"w", ticket.whole},
                      {"e", seconds(now + kLife)},
                      {"n", base64(random_bytes(12))}};
  if (ticket.owner) json["o"] = *ticket.owner;
  const std::string plain = json.dump();
  std::string sealed = random_bytes(crypto_secretbox_NONCEBYTES);
  sealed.resize(sealed.size() + crypto_secretbox_MACBYTES + plain.size());
  crypto_secretbox_easy(bytes(sealed) + crypto_secretbox_NONCEBYTES, bytes(plain), plain.size(), bytes(sealed),
                        bytes(key_));
  return "~" + base64(sealed);
}

std::optional<StreamTicket> StreamIds::open(std::string_view id, Time now) const {
  if (id.empty() || id.front() != '~') return std::nullopt;
  id.remove_prefix(1);
  std::string sealed(id.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(bytes(sealed), sealed.size(), id.data(), id.size(), nullptr, &size, nullptr, kBase64) != 0 ||
      size < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES) {
    return std::nullopt;
  }
  std::string plain(size - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES, '\0');
  if (crypto_secretbox_open_easy(bytes(plain), bytes(sealed) + crypto_secretbox_NONCEBYTES,
                                 size - crypto_secretbox_NONCEBYTES, bytes(sealed), bytes(key_)) != 0) {
    return std::nullopt;
  }
  const auto json = nlohmann::json::parse(plain);  // sealed by us: well-formed
  StreamTicket ticket{json.at("r"), json.at("p"), std::nullopt, json.at("w"), json.at("n")};
  if (json.contains("o")) ticket.owner = json["o"].get<std::string>();
  if (json.at("e").get<std::int64_t>() <= seconds(now)) return std::nullopt;
  const std::lock_guard lock(lock_);
  if (deleted_.contains(ticket.nonce)) return std::nullopt;
  return ticket;
}

std::optional<StreamTicket> StreamIds::remove(std::string_view id, Time now) {
  auto ticket = open(id, now);
  if (!ticket) return std::nullopt;
  note_deleted(ticket->nonce, now);
  return ticket;
}

bool StreamIds::note_deleted(const std::string& nonce, Time now) {
  const std::lock_guard lock(lock_);
  while (!by_age_.empty() && (by_age_.size() >= kDeletions || by_age_.front().first + kLife <= now)) {
    deleted_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
  if (!deleted_.insert(nonce).second) return false;
  by_age_.emplace_back(now, nonce);
  return true;
}

std::vector<std::string> StreamIds::deleted(Time now) const {
  const std::lock_guard lock(lock_);
  std::vector<std::string> nonces;
  for (const auto& [time, nonce] : by_age_) {
    if (time + kLife > now) nonces.push_back(nonce);
  }
  return nonces;
}

}  // namespace edge
