// The words of a notification. Used by `notification.cpp` only.
#pragma once

#include <string>
#include <string_view>

#include "net/smtp/notification.hpp"

namespace warmfront::smtp {

/// `text` without control characters, line ends as spaces, at most 1 000 octets. Octets above 127
/// are kept when `utf8` is set and they are well-formed UTF-8, else each becomes `?`.
[[nodiscard]] std::string printable(std::string_view text, bool utf8);

/// `Name: value` and CRLF, folded at spaces to 78 columns where there are any (RFC 5322 §2.1.1);
/// no line is longer than 998 octets.
void append_field(std::string& out, std::string_view name, std::string_view value);

[[nodiscard]] std::string_view notification_subject(notification_kind kind) noexcept;
/// The part for people, with CRLF line ends.
[[nodiscard]] std::string notification_text(const notification_request& request);

} // namespace warmfront::smtp
