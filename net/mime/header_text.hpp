// Text in header fields: what is refused, how it is encoded (RFC 2047) and folded (RFC 5322
// §2.2.3).
#pragma once

#include <string>
#include <string_view>

#include "actors/core/error.hpp"

namespace warmfront::mime {

/// The longest line a mail may contain, without its CRLF (RFC 5322 §2.1.1).
inline constexpr std::size_t line_octets_max = 998;

/// Refuses what could end a header field or hide in one: CR, LF, NUL and other control characters
/// but TAB, U+0085, U+2028, U+2029, and octets that are not UTF-8. `errc::invalid_argument`.
[[nodiscard]] result<void> check_header_text(std::string_view text, const std::string& field);

/// A field name: 1 to 76 printable ASCII characters, no colon. `errc::invalid_argument`.
[[nodiscard]] result<void> check_field_name(std::string_view name, const std::string& field);

/// UTF-8 as encoded words of at most 75 octets, none of which splits a character; separated by
/// folds, which vanish when they are decoded. `column`: how much of the first line is used already.
[[nodiscard]] std::string encode_words(std::string_view text, std::size_t column);

/// `Name: text` with CRLF, folded at 78 where blanks allow; encoded when it is not plain ASCII,
/// looks encoded already, or has a word too long for any line. Blanks around the text are dropped.
/// @pre both passed the checks above.
[[nodiscard]] std::string unstructured_field(std::string_view name, std::string_view text);

/// Text in quotes for an error message: control characters as `?`, cut after 60 octets.
[[nodiscard]] std::string quote_for_message(std::string_view text);

} // namespace warmfront::mime
