// Octets in the characters that addresses and links may have (RFC 4648 §5, §6).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warmfront::feedback {

/// Base32 without padding, in lower case.
[[nodiscard]] std::string to_base32(std::string_view octets);
/// Either case. None for other characters and for what `to_base32` does not make: bits left over
/// have to be zero, so that no two texts mean the same.
[[nodiscard]] std::optional<std::string> from_base32(std::string_view text);

/// Base64 for URLs without padding.
[[nodiscard]] std::string to_base64url(std::string_view octets);
/// As strict as `from_base32`.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

} // namespace warmfront::feedback
