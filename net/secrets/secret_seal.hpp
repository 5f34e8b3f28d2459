// Secrets that have to be read again, encrypted at rest: AES-256-GCM (NIST SP 800-38D).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"

namespace warmfront {

/// What a cluster's secrets are sealed with; the same on all of its nodes.
using seal_key = std::array<std::uint8_t, 32>;

/// From the operating system's randomness; `unavailable` when there is none.
[[nodiscard]] result<seal_key> make_seal_key();
/// Reads 64 hexadecimal digits, or base64 (RFC 4648 §4, with padding) of 32 octets.
[[nodiscard]] std::optional<seal_key> parse_seal_key(std::string_view text);
/// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string to_text(const seal_key& key);

/// A random nonce of 96 bits, the encrypted secret, and a tag of 128 bits. What is sealed for one
/// `purpose` opens for no other. `unavailable` without randomness.
[[nodiscard]] result<std::string> seal(const seal_key& key, std::string_view secret,
                                       std::string_view purpose);
/// None: another key, another purpose, or not what was sealed.
[[nodiscard]] std::optional<std::string> open_seal(const seal_key& key, std::string_view sealed,
                                                   std::string_view purpose);

} // namespace warmfront
