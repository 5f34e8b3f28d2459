#include "net/feedback/token.hpp"

#include <array>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "actors/core/address.hpp"
#include "actors/core/octets.hpp"
#include "net/feedback/token_text.hpp"

namespace warmfront::feedback {

namespace {

constexpr std::size_t address_tag_octets = 16;
constexpr std::size_t complaint_tag_octets = 10;
constexpr std::size_t complaint_tag_digits = 16;
constexpr std::size_t local_part_max = 64;
constexpr std::size_t link_tag_octets = 16;
constexpr std::size_t link_text_max = 4096;
constexpr char link_schema = 1;

const unsigned char* octets_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string digest_of(std::string_view key, std::string_view octets) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  const auto* const made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets_of(octets), octets.size(),
           reinterpret_cast<unsigned char*>(digest.data()), &size);
  digest.resize(made == nullptr ? 0 : size);
  return digest;
}

/// Empty equals nothing: an authentication that could not be made must not pass.
bool is_same(std::string_view one, std::string_view other) noexcept {
  return !one.empty() && one.size() == other.size() &&
         CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

void append_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U)
    to += static_cast<char>(value | 0x80U);
  to += static_cast<char>(value);
}

void append_text(std::string& to, std::string_view text) {
  append_varint(to, text.size());
  to += text;
}

/// Reads what `append_varint` and `append_text` wrote; once it failed all is empty.
class field_reader {
public:
  explicit field_reader(std::string_view rest) : rest_{rest} {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::string_view octet = take(1);
      if (octet.empty())
        return 0;
      value |= static_cast<std::uint64_t>(octet[0] & 0x7f) << shift;
      if ((octet[0] & 0x80) == 0)
        return value;
    }
    has_failed_ = true;
    return 0;
  }
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size() || has_failed_) {
      has_failed_ = true;
      return {};
    }
    const auto taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string text() { return std::string{take(number())}; }
  [[nodiscard]] bool is_complete() const noexcept { return !has_failed_ && rest_.empty(); }

private:
  std::string_view rest_;
  bool has_failed_ = false;
};

std::string encode_subject(const mail_subject& about) {
  std::string octets{link_schema};
  octets += about.recipient.message.octet_view();
  append_varint(octets, about.recipient.index);
  append_text(octets, about.account.str());
  append_text(octets, about.address);
  append_text(octets, about.sender_domain.str());
  append_text(octets, about.provider.str());
  append_text(octets, about.source.str());
  append_varint(octets, static_cast<std::uint64_t>(about.task));
  append_text(octets, about.from_template.str());
  return octets;
}

std::optional<mail_subject> decode_subject(std::string_view octets) {
  field_reader from{octets};
  const auto schema = from.take(1);
  const auto message = from.take(message_id::octets);
  if (message.empty() || schema[0] != link_schema)
    return std::nullopt;
  mail_subject about;
  about.recipient.message = message_id::from_octets(message);
  about.recipient.index = static_cast<std::uint32_t>(from.number());
  about.account = account_name{from.text()};
  about.address = from.text();
  about.sender_domain = domain_name{from.text()};
  about.provider = provider_name{from.text()};
  about.source = ip_address{from.text()};
  about.task = static_cast<task_id>(from.number());
  about.from_template = template_name{from.text()};
  return from.is_complete() ? std::optional{std::move(about)} : std::nullopt;
}

using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

/// AES-256 in counter mode: the same in both directions. Empty when the cipher failed.
std::string crypt(std::string_view key, std::string_view vector, std::string_view octets) {
  const cipher_context context{EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
  std::string into(octets.size(), '\0');
  int length = 0;
  const bool is_done =
      context != nullptr &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_ctr(), nullptr, octets_of(key),
                         octets_of(vector)) == 1 &&
      EVP_EncryptUpdate(context.get(), reinterpret_cast<unsigned char*>(into.data()), &length,
                        octets_of(octets), static_cast<int>(octets.size())) == 1;
  return is_done ? into : std::string{};
}

std::string address_tag(const token_key& key, char use, std::string_view octets) {
  return key.authenticate(std::string{"address "} + use, octets).substr(0, address_tag_octets);
}

std::string complaint_tag(const token_key& key, std::string_view account) {
  return to_base32(key.authenticate("complaint address", account).substr(0, complaint_tag_octets));
}

std::string target_signature(const token_key& key, std::string_view token,
                             std::string_view target) {
  std::string octets;
  append_text(octets, token);
  octets += target;
  return to_base64url(key.authenticate("link target", octets).substr(0, link_tag_octets));
}

} // namespace

result<token_key> token_key::make(std::string_view secret) {
  if (secret.size() != octets)
    return error{errc::invalid_argument, "use a token key: it does not have 32 octets", {}};
  return token_key{secret};
}

token_key::~token_key() {
  OPENSSL_cleanse(secret_.data(), secret_.size());
}

std::string token_key::authenticate(std::string_view use, std::string_view content) const {
  std::string derived = digest_of(secret_, use);
  std::string digest = derived.empty() ? derived : digest_of(derived, content);
  OPENSSL_cleanse(derived.data(), derived.size());
  return digest;
}

std::string make_local_part(const token_key& key, address_use use, const recipient_id& of) {
  std::string octets{of.message.octet_view()};
  append_number(octets, of.index, 4);
  const char letter = static_cast<char>(use);
  return letter + to_base32(octets + address_tag(key, letter, octets));
}

std::optional<local_part> parse_local_part(const token_key& key, std::string_view text) {
  constexpr std::size_t octets_max = message_id::octets + 4;
  if (text.empty() || text.size() > local_part_max)
    return std::nullopt;
  const char letter = in_lower_case(text.substr(0, 1))[0];
  const auto octets = from_base32(text.substr(1));
  if ((letter != 'b' && letter != 'u') || !octets ||
      octets->size() != octets_max + address_tag_octets)
    return std::nullopt;
  const std::string_view content = std::string_view{*octets}.substr(0, octets_max);
  if (!is_same(address_tag(key, letter, content), std::string_view{*octets}.substr(octets_max)))
    return std::nullopt;
  return local_part{static_cast<address_use>(letter),
                    {message_id::from_octets(content.substr(0, message_id::octets)),
                     static_cast<std::uint32_t>(read_number(content.substr(message_id::octets)))}};
}

std::string make_complaint_local_part(const token_key& key, const account_name& account) {
  std::string text = "f" + complaint_tag(key, account.str()) + account.str();
  return account.empty() || text.size() > local_part_max ? std::string{} : text;
}

std::optional<account_name> parse_complaint_local_part(const token_key& key,
                                                       std::string_view text) {
  if (text.size() <= 1 + complaint_tag_digits || text.size() > local_part_max)
    return std::nullopt;
  const std::string lower = in_lower_case(text);
  const std::string account = lower.substr(1 + complaint_tag_digits);
  const auto tag = std::string_view{lower}.substr(1, complaint_tag_digits);
  if (lower[0] != 'f' || !is_same(complaint_tag(key, account), tag))
    return std::nullopt;
  return account_name{account};
}

std::string make_link_token(const token_key& key, const mail_subject& about) {
  const std::string octets = encode_subject(about);
  const std::string tag = key.authenticate("link vector", octets).substr(0, link_tag_octets);
  return to_base64url(tag + crypt(key.authenticate("link cipher", {}), tag, octets));
}

std::optional<mail_subject> parse_link_token(const token_key& key, std::string_view text) {
  if (text.size() > link_text_max)
    return std::nullopt;
  const auto sealed = from_base64url(text);
  if (!sealed || sealed->size() <= link_tag_octets)
    return std::nullopt;
  const std::string_view tag = std::string_view{*sealed}.substr(0, link_tag_octets);
  const std::string octets = crypt(key.authenticate("link cipher", {}), tag,
                                   std::string_view{*sealed}.substr(link_tag_octets));
  if (!is_same(key.authenticate("link vector", octets).substr(0, link_tag_octets), tag))
    return std::nullopt;
  return decode_subject(octets);
}

std::string sign_target(const token_key& key, std::string_view token, std::string_view target) {
  return target_signature(key, token, target);
}

bool is_signed_target(const token_key& key, std::string_view token, std::string_view target,
                      std::string_view signature) {
  return is_same(target_signature(key, token, target), signature);
}

} // namespace warmfront::feedback
