#include "actors/access/key_secret.hpp"

#include <algorithm>

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

namespace warmfront {

namespace {

constexpr std::size_t id_octets = 8;
constexpr std::size_t secret_octets = 32;
constexpr std::size_t id_length = 2 * id_octets;
constexpr std::size_t secret_length = (secret_octets * 8 + 5) / 6;
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string hex(const std::uint8_t* octets, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += hex_digits[octets[i] >> 4];
    text += hex_digits[octets[i] & 0xf];
  }
  return text;
}

/// RFC 4648 §5 without padding.
std::string base64url(const std::uint8_t* octets, std::size_t count) {
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (std::size_t i = 0; i < count; ++i) {
    bits = (bits << 8 | octets[i]) & 0xffff;
    for (held += 8; held >= 6; held -= 6)
      text += base64url_digits[(bits >> (held - 6)) & 0x3f];
  }
  if (held > 0)
    text += base64url_digits[(bits << (6 - held)) & 0x3f];
  return text;
}

} // namespace

result<std::string> make_secret() {
  std::array<std::uint8_t, id_octets + secret_octets> octets{};
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1)
    return error{errc::unavailable, "make a key: the system gives no random octets", "try again"};
  auto secret =
      hex(octets.data(), id_octets) + '.' + base64url(octets.data() + id_octets, secret_octets);
  OPENSSL_cleanse(octets.data(), octets.size());
  return secret;
}

std::optional<std::string> id_of_secret(std::string_view secret) {
  if (secret.size() != id_length + 1 + secret_length || secret[id_length] != '.')
    return std::nullopt;
  const auto id = secret.substr(0, id_length);
  const auto rest = secret.substr(id_length + 1);
  if (id.find_first_not_of(hex_digits) != std::string_view::npos ||
      rest.find_first_not_of(base64url_digits) != std::string_view::npos)
    return std::nullopt;
  return std::string{id};
}

secret_digest digest_of(std::string_view secret) {
  secret_digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), digest.data());
  return digest;
}

bool equal_in_constant_time(const secret_digest& a, const secret_digest& b) noexcept {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace warmfront
