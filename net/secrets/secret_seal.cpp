#include "net/secrets/secret_seal.hpp"

#include <algorithm>
#include <memory>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace warmfront {

namespace {

constexpr std::size_t nonce_octets = 12;
constexpr std::size_t tag_octets = 16;

using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

/// One pass of the cipher over `text`; `encrypts`: in which direction.
bool pass(EVP_CIPHER_CTX* context, bool encrypts, const seal_key& key, std::string_view nonce,
          std::string_view purpose, std::string_view text, std::string& into) {
  int length = 0;
  into.assign(text.size(), '\0');
  return context != nullptr &&
         EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nullptr, key.data(), octets_of(nonce),
                           encrypts ? 1 : 0) == 1 &&
         EVP_CipherUpdate(context, nullptr, &length, octets_of(purpose),
                          static_cast<int>(purpose.size())) == 1 &&
         EVP_CipherUpdate(context, octets_of(into), &length, octets_of(text),
                          static_cast<int>(text.size())) == 1;
}

std::optional<std::uint8_t> hex_value(char c) {
  if (c >= '0' && c <= '9')
    return static_cast<std::uint8_t>(c - '0');
  const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  return lower >= 'a' && lower <= 'f' ? std::optional{static_cast<std::uint8_t>(lower - 'a' + 10)}
                                      : std::nullopt;
}

std::optional<seal_key> from_hex(std::string_view text) {
  seal_key key{};
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto high = hex_value(text[2 * i]);
    const auto low = hex_value(text[2 * i + 1]);
    if (!high || !low)
      return std::nullopt;
    key[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return key;
}

} // namespace

result<seal_key> make_seal_key() {
  seal_key key{};
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1)
    return error{errc::unavailable, "make a key: the system gives no random octets", "try again"};
  return key;
}

std::optional<seal_key> parse_seal_key(std::string_view text) {
  seal_key key{};
  if (text.size() == 2 * key.size())
    return from_hex(text);
  // 32 octets are 44 digits, the last of them padding: 33 octets are decoded.
  constexpr std::size_t digits = 44;
  std::array<unsigned char, 33> decoded{};
  if (text.size() != digits || !text.ends_with('=') || text[digits - 2] == '=' ||
      EVP_DecodeBlock(decoded.data(), octets_of(text), digits) != static_cast<int>(decoded.size()))
    return std::nullopt;
  std::copy_n(decoded.begin(), key.size(), key.begin());
  return key;
}

std::string to_text(const seal_key& key) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto octet : key) {
    text += digits[octet >> 4];
    text += digits[octet & 0xf];
  }
  return text;
}

result<std::string> seal(const seal_key& key, std::string_view secret, std::string_view purpose) {
  const error failed{errc::unavailable, "seal a secret: the cipher gave nothing", "try again"};
  std::string sealed(nonce_octets, '\0');
  if (RAND_bytes(octets_of(sealed), static_cast<int>(nonce_octets)) != 1)
    return failed;
  const cipher_context context{EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
  std::string text;
  std::string tag(tag_octets, '\0');
  int length = 0;
  if (!pass(context.get(), true, key, sealed, purpose, secret, text) ||
      EVP_CipherFinal_ex(context.get(), octets_of(tag), &length) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_octets, tag.data()) != 1)
    return failed;
  return sealed + text + tag;
}

std::optional<std::string> open_seal(const seal_key& key, std::string_view sealed,
                                     std::string_view purpose) {
  if (sealed.size() < nonce_octets + tag_octets)
    return std::nullopt;
  const cipher_context context{EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
  std::string secret;
  std::string tag{sealed.substr(sealed.size() - tag_octets)};
  const auto text = sealed.substr(nonce_octets, sealed.size() - nonce_octets - tag_octets);
  std::array<unsigned char, tag_octets> rest{};
  int length = 0;
  if (!pass(context.get(), false, key, sealed.substr(0, nonce_octets), purpose, text, secret) ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_octets, tag.data()) != 1 ||
      EVP_CipherFinal_ex(context.get(), rest.data(), &length) != 1)
    return std::nullopt;
  return secret;
}

} // namespace warmfront
