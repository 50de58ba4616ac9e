// Argon2id behind co_await.
#include <gtest/gtest.h>

#include "web_service/src/passwords.hpp"

namespace suite::web {
namespace {

template <typename Value>
Value finish(asio::awaitable<Value> coroutine) {
  asio::io_context context;
  Value value = ApiError{Problem::malformed};
  asio::co_spawn(context, std::move(coroutine), [&](std::exception_ptr, Value result) { value = std::move(result); });
  context.run();
  return value;
}

TEST(PasswordsTest, AHashIsOfItsPasswordAlone) {
  Passwords passwords({1, 8, std::chrono::seconds(10)});
  const auto hash = finish(passwords.hash("correct horse"));
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=65536,t=2,p=1$")) << *hash;
  EXPECT_TRUE(*finish(passwords.match("correct horse", *hash)));
  EXPECT_FALSE(*finish(passwords.match("correct horsf", *hash)));
  EXPECT_FALSE(*finish(passwords.match("", *hash)));
  EXPECT_NE(*finish(passwords.hash("correct horse")), *hash);  // salted
}

TEST(PasswordsTest, NobodysPasswordMatchesNothing) {
  Passwords passwords({1, 8, std::chrono::seconds(10)});
  EXPECT_FALSE(*finish(passwords.match("", std::nullopt)));
  EXPECT_FALSE(*finish(passwords.match("anything", std::nullopt)));
}

}  // namespace
}  // namespace suite::web
