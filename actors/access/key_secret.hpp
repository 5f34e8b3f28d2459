// Secrets of keys: how they are made, kept and compared.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"

namespace warmfront {

/// SHA-256 of a whole secret. 256 random bits need no slow hash.
using secret_digest = std::array<std::uint8_t, 32>;

/// `ID.SECRET`: 16 lower-case hexadecimal digits, and 32 random octets in base64url without
/// padding. From the operating system's randomness; `unavailable` when there is none.
[[nodiscard]] result<std::string> make_secret();
/// The id of a well-formed secret; none for anything else.
[[nodiscard]] std::optional<std::string> id_of_secret(std::string_view secret);
[[nodiscard]] secret_digest digest_of(std::string_view secret);
/// In the same time wherever they differ.
[[nodiscard]] bool equal_in_constant_time(const secret_digest& a, const secret_digest& b) noexcept;

} // namespace warmfront
