#include "web_service/src/passwords.hpp"

#include <sodium.h>

#include <array>
#include <new>
#include <stdexcept>

namespace suite::web {
namespace {

std::string hash_of(const std::string& password) {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                            crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::bad_alloc();  // the only way in which it fails
  }
  return hash.data();
}

std::string hash_of_noise() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start: the system gives it no random numbers");
  std::string noise(32, '\0');
  randombytes_buf(noise.data(), noise.size());
  return hash_of(noise);
}

}  // namespace

Passwords::Passwords(const WorkPool::Limits& limits) : nobodys_hash_(hash_of_noise()), pool_(limits) {}

asio::awaitable<Result<bool>> Passwords::match(std::string password, std::optional<std::string> hash) {
  auto work = [this, password = std::move(password), hash = std::move(hash)](std::size_t) {
    const std::string& against = hash ? *hash : nobodys_hash_;
    const bool verified = crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
    return verified && hash;
  };
  const auto matched = co_await pool_.run(std::move(work));
  if (!matched) co_return ApiError{Problem::busy};
  co_return *matched;
}

asio::awaitable<Result<std::string>> Passwords::hash(std::string password) {
  auto work = [password = std::move(password)](std::size_t) { return hash_of(password); };
  auto hash = co_await pool_.run(std::move(work));
  if (!hash) co_return ApiError{Problem::busy};
  co_return std::move(*hash);
}

}  // namespace suite::web
