// What a client has to know about a content before it may send it (RFC 5321 §2.3.8, §4.5.2).
#pragma once

#include <cstddef>
#include <string_view>

namespace warmfront::smtp {

/// The facts of one pass over a content.
struct content_facts {
  bool eight_bit = false;         ///< some octet is above 127: needs 8BITMIME (RFC 6152)
  bool eight_bit_header = false;  ///< such an octet stands in the header: needs SMTPUTF8 (RFC 6531)
  bool bare_line_end = false;     ///< a CR or LF stands alone: must never be sent (smuggling)
  bool ends_with_line_end = true; ///< else a CRLF has to be added; true for an empty content
  std::size_t dots = 0;           ///< lines that begin with a dot, each to be doubled
};

/// Looks at every octet once or twice; about a microsecond for 4 KiB.
[[nodiscard]] content_facts inspect_content(std::string_view content) noexcept;

/// The end of the piece that begins at `from` and may be sent as it stands. When another piece
/// follows, it begins at `next`: at a dot that was sent already as the last octet of this piece, so
/// that sending both doubles it. Needs no copy of the content. A dot that is the first octet of the
/// content is not seen: the caller sends another one in front of it.
struct stuffed_piece {
  std::size_t end = 0;
  std::size_t next = 0;
};
[[nodiscard]] stuffed_piece next_stuffed_piece(std::string_view content, std::size_t from) noexcept;

} // namespace warmfront::smtp
