#include "actors/webhooks/webhook_signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>

#include "net/smtp/base64.hpp"

namespace warmfront {

namespace {

constexpr std::string_view secret_prefix = "whsec_";

std::string base64_of(const unsigned char* octets, std::size_t count) {
  std::string text(4 * ((count + 2) / 3), '\0');
  // It writes a NUL behind the text, where the string has one.
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), octets, static_cast<int>(count));
  return text;
}

} // namespace

result<std::string> make_webhook_secret() {
  std::array<unsigned char, 32> octets{};
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1)
    return error{errc::unavailable, "the system has no randomness for a secret", {}};
  return std::string{secret_prefix} + base64_of(octets.data(), octets.size());
}

std::string webhook_timestamp(wall_time now) {
  return std::to_string(std::chrono::floor<seconds>(now).time_since_epoch().count());
}

std::optional<std::string> sign_webhook(std::string_view secret, std::string_view id,
                                        std::string_view timestamp, std::string_view body) {
  if (!secret.starts_with(secret_prefix))
    return std::nullopt;
  const auto key = smtp::decode_base64(secret.substr(secret_prefix.size()));
  if (!key || key->empty())
    return std::nullopt;
  std::string text;
  text.reserve(id.size() + timestamp.size() + body.size() + 2);
  text.append(id).append(".").append(timestamp).append(".").append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
           &size) == nullptr)
    return std::nullopt;
  return "v1," + base64_of(digest.data(), size);
}

} // namespace warmfront
