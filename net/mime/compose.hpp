// A complete mail from its parts: what the HTTP API, the console and notifications hand in.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"

namespace warmfront::mime {

/// An extra header field. Fields that `message_parts` or MIME decides are refused.
struct extra_field {
  std::string name;
  std::string value; ///< UTF-8 on one line
};

struct attachment {
  std::string name;    ///< file name in UTF-8; may be empty
  std::string type;    ///< `application/pdf`; empty: `application/octet-stream`
  std::string content; ///< octets, not encoded
  /// Set: shown where the HTML refers to `cid:CONTENT_ID` (RFC 2392), not listed as a file.
  std::string content_id{};
};

/// What a mail consists of. Mailboxes are written as people do: `Ada <ada@example.net>`. There is
/// no Bcc on purpose: those recipients belong into the envelope only.
struct message_parts {
  std::string from;
  std::vector<std::string> to;
  std::vector<std::string> cc;
  std::vector<std::string> reply_to;
  std::string subject; ///< UTF-8 on one line
  wall_time date;
  std::string message_id; ///< `unique@domain`, without angle brackets
  std::vector<extra_field> headers;
  std::string text; ///< UTF-8; any line ends
  std::string html; ///< UTF-8; with `text`: alternatives
  std::vector<attachment> attachments;
};

/// The mail as RFC 5322 and MIME content: CRLF only, ASCII only (but for addresses with letters
/// beyond ASCII, which need SMTPUTF8 anyway), no line over 998 octets, text as UTF-8 in
/// quoted-printable or base64. Thread-safe.
/// @returns `errc::invalid_argument` naming the field (`from`, `to[1]`, `subject`,
/// `headers.NAME`, `text`, `attachments[0].type`), or `errc::limit_exceeded` when the content
/// would have more than `octets_max` octets.
[[nodiscard]] result<std::string> compose(const message_parts& parts, std::size_t octets_max);

} // namespace warmfront::mime
