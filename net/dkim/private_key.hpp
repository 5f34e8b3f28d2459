// A key that mail is signed with (RFC 6376, RFC 8463), by OpenSSL.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "net/dkim/hasher.hpp"

namespace warmfront::dkim {

/// RFC 6376 §3.3, RFC 8463 §3; rsa-sha1 is not spoken (RFC 8301).
enum class algorithm : std::uint8_t { rsa_sha256 = 1, ed25519_sha256 };
[[nodiscard]] std::string_view to_string(algorithm value) noexcept;

/// Thread-safe: many threads may sign with one key. Its octets are wiped when it goes.
class private_key {
public:
  /// RSA of 2048 bits, or Ed25519.
  [[nodiscard]] static result<std::shared_ptr<const private_key>> generate(algorithm what);
  /// PEM: PKCS #8, or PKCS #1 for RSA. `invalid_argument` for anything else, for RSA below 1024
  /// (RFC 8301 §3.2) or above 4096 bits, and for a key with a passphrase.
  [[nodiscard]] static result<std::shared_ptr<const private_key>> from_pem(std::string_view pem);

  ~private_key();
  private_key(const private_key&) = delete;
  private_key& operator=(const private_key&) = delete;

  [[nodiscard]] algorithm what() const noexcept;
  /// PKCS #8, for safe keeping: a secret.
  [[nodiscard]] result<std::string> to_pem() const;
  /// What is published at `SELECTOR._domainkey.DOMAIN` (RFC 6376 §3.6.1): `v=DKIM1; k=rsa; p=…`.
  [[nodiscard]] std::string public_record() const;
  /// The signature of what has this SHA-256 hash, binary: by RSA PKCS #1 1.5 (RFC 8017 §8.2), or
  /// of the hash itself by pure Ed25519 (RFC 8463 §3).
  [[nodiscard]] result<std::string> sign(const sha256_digest& digest) const;

private:
  struct implementation;
  explicit private_key(std::unique_ptr<implementation> state);
  std::unique_ptr<implementation> state_;
};

} // namespace warmfront::dkim
