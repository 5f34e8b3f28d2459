// The xtext encoding of ENVID and ORCPT (RFC 3461 §4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warmfront::smtp {

/// Whether `text` is well-formed xtext: printable ASCII without space, `+` and `=`, or `+` and two
/// upper-case hexadecimal digits. With `utf8`, octets above 127 pass when they are valid UTF-8
/// (RFC 6533 §3, for ORCPT of type utf-8). The empty string is well-formed.
[[nodiscard]] bool is_xtext(std::string_view text, bool utf8 = false) noexcept;

/// `text` with every octet xtext cannot carry written as `+XX`.
[[nodiscard]] std::string encode_xtext(std::string_view text);

/// The octets that xtext stands for; nothing when it is not well-formed.
[[nodiscard]] std::optional<std::string> decode_xtext(std::string_view text);

} // namespace warmfront::smtp
