// Base64 of SASL exchanges (RFC 4648 §4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warmfront::smtp {

/// Decodes strictly: the standard alphabet, complete padding, no white space, no stray bits.
/// @returns nothing for anything else. The empty string decodes to itself.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

} // namespace warmfront::smtp
