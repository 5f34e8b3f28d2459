// Quoted-printable and base64 as bodies carry them (RFC 2045 §6.7, §6.8).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warmfront::mime {

/// None for what no encoder makes. Soft line breaks and blanks at the end of lines go.
[[nodiscard]] std::optional<std::string> decode_quoted_printable(std::string_view text);
/// The same, as tolerant as RFC 2045 §6.7 asks a reader to be: what is no escape stays.
[[nodiscard]] std::string read_quoted_printable(std::string_view text);
/// Lines of at most 76 octets that end in CRLF; line ends of the text (CRLF or LF) stay line ends.
[[nodiscard]] std::string encode_quoted_printable(std::string_view text);

/// Line ends and blanks are skipped; none for anything else that is no base64.
[[nodiscard]] std::optional<std::string> decode_base64_body(std::string_view text);
/// The same, as tolerant as RFC 2045 §6.8 asks a reader to be: what is not of the alphabet is
/// passed over, and the first `=` ends it.
[[nodiscard]] std::string read_base64_body(std::string_view text);
/// Lines of 76 octets that end in CRLF.
[[nodiscard]] std::string encode_base64_body(std::string_view octets);

} // namespace warmfront::mime
