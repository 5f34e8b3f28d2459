#include "admin/tencent/keyed_hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

namespace warmfront::admin::tencent {

namespace {

const unsigned char* octets_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

std::string sha256(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(octets_of(text), text.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string hmac(hash_kind kind, std::string_view key, std::string_view text) {
  if (key.empty())
    return {};
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  const auto* const made = HMAC(kind == hash_kind::sha1 ? EVP_sha1() : EVP_sha256(), key.data(),
                                static_cast<int>(key.size()), octets_of(text), text.size(),
                                reinterpret_cast<unsigned char*>(digest.data()), &size);
  digest.resize(made == nullptr ? 0 : size);
  return digest;
}

std::string to_hex(std::string_view octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * octets.size());
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    text += digits[octet >> 4U];
    text += digits[octet & 15U];
  }
  return text;
}

bool same_octets(std::string_view one, std::string_view other) noexcept {
  return !one.empty() && one.size() == other.size() &&
         CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

} // namespace warmfront::admin::tencent
