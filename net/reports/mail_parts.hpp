// The parts of a mail from a stranger (RFC 2045, 2046), read within bounds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace warmfront::reports {

/// What one mail may cost to read; what goes beyond is left out.
struct part_limits {
  std::size_t depth_max = 6;
  std::size_t parts_max = 40;
  std::size_t part_octets_max = std::size_t{256} << 10; ///< decoded
};

/// A part that has no parts. Of a returned message (`message/rfc822`) the text is the whole
/// message, header and body.
struct mail_part {
  std::string type;        ///< lower case, without parameters: `text/plain`
  std::string_view header; ///< of the part, as it is in the mail
  std::string text;        ///< decoded from base64 or quoted-printable; any octets
};

/// The leaves of the tree of parts, in order; a mail that is no multipart is its own leaf. Refers
/// to `content`. Never fails: what cannot be read as MIME is plain text.
[[nodiscard]] std::vector<mail_part> leaf_parts(std::string_view content,
                                                const part_limits& limits = {});

/// The value of a header field on one line; empty when there is no such field.
[[nodiscard]] std::string field_value(std::string_view header, std::string_view name);

/// Lines without their line ends, whatever those are.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

} // namespace warmfront::reports
