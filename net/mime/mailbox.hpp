// Mailboxes as people write them: `Ada Lovelace <ada@example.net>` (RFC 5322 §3.4).
#pragma once

#include <string>
#include <string_view>

#include "actors/core/error.hpp"

namespace warmfront::mime {

/// A display name, decoded and possibly empty, and an address.
struct mailbox {
  std::string name;    ///< UTF-8, without quotes
  std::string address; ///< `local@domain`, the domain in lower case

  friend bool operator==(const mailbox&, const mailbox&) = default;
};

/// Reads one mailbox: an address alone, or a name (plain words or one quoted string) and an address
/// in angle brackets. Strict: lists, groups, comments, a name with unquoted `,;:<>@[]\"`, control
/// characters and malformed UTF-8 are refused with `errc::invalid_argument`. `field` is what the
/// error names.
[[nodiscard]] result<mailbox> parse_mailbox(std::string_view text, const std::string& field);

/// The mailbox as it stands in a header field: the name quoted or as encoded words (RFC 2047) where
/// it must be. May contain folds. `column`: how much of the line is used already.
[[nodiscard]] std::string to_header(const mailbox& value, std::size_t column);

} // namespace warmfront::mime
