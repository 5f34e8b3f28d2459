// The hashes of request signatures: SHA-2 (FIPS 180-4) and HMAC (RFC 2104). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace warmfront::admin::tencent {

enum class hash_kind : std::uint8_t { sha1, sha256 };

/// The digest, 32 octets.
[[nodiscard]] std::string sha256(std::string_view text);

/// The keyed digest: 20 octets with SHA-1, 32 with SHA-256. Empty, which matches nothing, when the
/// key is empty or the library fails.
[[nodiscard]] std::string hmac(hash_kind kind, std::string_view key, std::string_view text);

/// Lower-case hexadecimal digits.
[[nodiscard]] std::string to_hex(std::string_view octets);

/// Compares in a time that depends on the length alone. False when both are empty.
[[nodiscard]] bool same_octets(std::string_view one, std::string_view other) noexcept;

} // namespace warmfront::admin::tencent
