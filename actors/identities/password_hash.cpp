#include "actors/identities/password_hash.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace warmfront {

namespace {

constexpr std::size_t salt_octets = 16;
constexpr std::size_t digest_octets = 32;
constexpr std::uint32_t log2_cost_now = 14;
/// A record must not make the node spend minutes, or all its memory.
constexpr std::uint32_t log2_cost_max = 20;
constexpr std::uint64_t memory_octets_max = std::uint64_t{2} << 30;

std::optional<std::string> scrypt(std::string_view password, const std::string& salt,
                                  std::uint32_t log2_cost) {
  if (log2_cost > log2_cost_max)
    return std::nullopt;
  std::string digest(digest_octets, '\0');
  const auto made = EVP_PBE_scrypt(password.data(), password.size(),
                                   reinterpret_cast<const unsigned char*>(salt.data()), salt.size(),
                                   std::uint64_t{1} << log2_cost, 8, 1, memory_octets_max,
                                   reinterpret_cast<unsigned char*>(digest.data()), digest.size());
  return made == 1 ? std::optional{std::move(digest)} : std::nullopt;
}

} // namespace

result<void> check_password(std::string_view password) {
  constexpr std::size_t octets_min = 10;
  constexpr std::size_t octets_max = 64;
  const bool has_control = std::any_of(password.begin(), password.end(),
                                       [](char c) { return (c & '\xe0') == 0 || c == 127; });
  if (password.size() < octets_min || password.size() > octets_max || has_control)
    return error{errc::invalid_argument, "this password cannot be used",
                 "use 10 to 64 octets without control characters", "password"};
  return success();
}

result<password_hash> hash_password(std::string_view password) {
  password_hash made{log2_cost_now, std::string(salt_octets, '\0'), {}};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(made.salt.data()), salt_octets) != 1)
    return error{errc::unavailable, "hash a password: the system gives no random octets",
                 "try again"};
  auto digest = scrypt(password, made.salt, made.log2_cost);
  if (!digest)
    return error{errc::unavailable, "hash a password: there is not enough memory", "try again"};
  made.digest = std::move(*digest);
  return made;
}

bool is_password(const password_hash& of, std::string_view shown) {
  static const std::string no_salt(salt_octets, '\0');
  const auto digest =
      scrypt(shown, of.is_set() ? of.salt : no_salt, of.is_set() ? of.log2_cost : log2_cost_now);
  // Compared in any case, so that no step is left out.
  const std::string& expected = of.is_set() ? of.digest : no_salt;
  std::array<char, digest_octets> padded{};
  std::copy_n(expected.begin(), std::min(expected.size(), digest_octets), padded.begin());
  const bool equal = digest && CRYPTO_memcmp(digest->data(), padded.data(), digest_octets) == 0;
  return equal && of.is_set() && of.digest.size() == digest_octets;
}

} // namespace warmfront
