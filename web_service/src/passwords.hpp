// Argon2id by libsodium, on threads of its own: a hash takes a core and 64 MiB for a while.
//
// Owner     main. As WorkPool.
// Threads   Any io thread calls; the hashing is done on the pool's.
// Bounds    Memory: threads × 64 MiB. Beyond the line `busy`.
#pragma once

#include "web_service/src/errors.hpp"
#include "web_service/src/work_pool.hpp"

namespace suite::web {

class Passwords {
 public:
  explicit Passwords(const WorkPool::Limits& limits);  // throws std::runtime_error where libsodium does not start

  // Whether `password` is the one that was hashed. Without a hash (there is no such user) the same work is done and the
  // answer is no, so that the time tells nobody which names exist.
  asio::awaitable<Result<bool>> match(std::string password, std::optional<std::string> hash);

  asio::awaitable<Result<std::string>> hash(std::string password);

  WorkPool::Use use() const { return pool_.use(); }

 private:
  std::string nobodys_hash_;  // of a password nobody has
  WorkPool pool_;
};

}  // namespace suite::web
