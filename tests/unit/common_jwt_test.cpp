#include <gtest/gtest.h>
#include <sodium.h>

#include "common/jwt.hpp"

namespace suite::jwt {
namespace {

using namespace std::chrono_literals;

const std::string kSecret = "a-secret-of-the-tests-0123456789";
const Time kNow = std::chrono::system_clock::from_time_t(1'800'000'000);

std::string base64(const std::string& bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    kVariant);
  text.pop_back();
  return text;
}

// A token signed with HMAC-SHA256 whatever its header says.
std::string signed_token(const std::string& header, const std::string& payload, const std::string& secret = kSecret) {
  const std::string text = base64(header) + "." + base64(payload);
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
  return text + "." + base64(mac);
}

const std::string kHeader = R"({"alg":"HS256","typ":"JWT"})";

TEST(Jwt, IsReadBack) {
  const auto token = sign({"7", "ann", kNow + 1h}, "blog", kSecret, kNow);
  const auto claims = verify(token, kSecret, kNow, {"sub", "blog"});
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->subject, "7");
  EXPECT_EQ(claims->name, "ann");
  EXPECT_EQ(claims->expires, kNow + 1h);
}

TEST(Jwt, OfAnotherIssuerKeyOrTimeProvesNothing) {
  const auto token = sign({"7", "ann", kNow + 1h}, "blog", kSecret, kNow);
  EXPECT_FALSE(verify(token, "another-secret-0123456789", kNow));
  EXPECT_FALSE(verify(token, "", kNow));
  EXPECT_FALSE(verify(token, kSecret, kNow, {"sub", "shop"}));
  EXPECT_TRUE(verify(token, kSecret, kNow + 59min));
  EXPECT_FALSE(verify(token, kSecret, kNow + 1h));
  EXPECT_TRUE(verify(token, kSecret, kNow - 30s)) << "clocks differ";
  EXPECT_FALSE(verify(token, kSecret, kNow - 2min)) << "not valid yet";
}

TEST(Jwt, OneAlgorithmIsPinned) {
  const std::string payload = R"({"sub":"7","exp":1900000000})";
  ASSERT_TRUE(verify(signed_token(kHeader, payload), kSecret, kNow));
  for (const auto* header : {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"HS384"})", R"({"alg":"HS512"})",
                             R"({"alg":"RS256"})", R"({"alg":"hs256x"})", R"({"typ":"JWT"})", "{}", "[]", "x"}) {
    EXPECT_FALSE(verify(signed_token(header, payload), kSecret, kNow)) << header;
    EXPECT_FALSE(verify(base64(header) + "." + base64(payload) + ".", kSecret, kNow)) << header;
    EXPECT_FALSE(verify(base64(header) + "." + base64(payload), kSecret, kNow)) << header;
  }
}

TEST(Jwt, DemandsAnExpiryAndASubject) {
  for (const auto* payload : {R"({"sub":"7"})", R"({"sub":"7","exp":"1900000000"})", R"({"exp":1900000000})",
                              R"({"sub":"","exp":1900000000})", R"({"sub":{},"exp":1900000000})", "[]", "x", ""}) {
    EXPECT_FALSE(verify(signed_token(kHeader, payload), kSecret, kNow)) << payload;
  }
}

TEST(Jwt, AnotherClaimMayNameTheOwner) {
  const auto token = signed_token(kHeader, R"({"sub":"7","user_id":42,"exp":1900000000})");
  EXPECT_EQ(verify(token, kSecret, kNow, {"user_id", ""})->subject, "42");
  EXPECT_FALSE(verify(token, kSecret, kNow, {"absent", ""}));
}

TEST(Jwt, GarbageIsRefused) {
  const auto good = sign({"7", "ann", kNow + 1h}, "blog", kSecret, kNow);
  for (const auto& text : {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), good + "x",
                           good.substr(0, good.size() / 2), std::string(100'000, 'a'), good + std::string(1, '\0')}) {
    EXPECT_FALSE(verify(text, kSecret, kNow)) << text.substr(0, 50);
  }
}

}  // namespace
}  // namespace suite::jwt
