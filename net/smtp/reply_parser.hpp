// Replies of a server, taken from a stream of octets that arrives in any pieces (RFC 5321 §4.2).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "net/smtp/reply.hpp"

namespace warmfront::smtp {

/// Cuts an octet stream into replies. Memory is bounded whatever the peer sends.
///
/// Tolerated: lines up to 2 000 octets (the RFC says 512), a bare LF as line end, a code without
/// text, different codes in one multi-line reply (the last line counts). Anything else is
/// `errc::protocol`, after which the connection has to be given up.
class reply_parser {
public:
  static constexpr std::size_t line_octets_max = 2000; ///< without the line end
  static constexpr std::size_t lines_max = 100;        ///< in one reply
  static constexpr std::size_t text_octets_max = 8192; ///< kept of one reply; the rest is dropped

  /// Takes octets from the front of `input` until a reply is complete. Empty when `input` is used
  /// up and the reply is not; `input` then is empty.
  [[nodiscard]] std::optional<result<reply>> next(std::string_view& input);

  /// Forgets a half reply, as after STARTTLS (RFC 3207 §4.2).
  void reset();

private:
  std::optional<result<reply>> take_line(std::string_view line);
  void append_text(std::string_view text);

  std::string partial_;
  reply value_;
  std::size_t lines_ = 0;
};

/// Splits an enhanced status code (RFC 2034 §4) off the front of `text` when its class fits `code`.
/// @returns the status, empty when there is none; `text` loses it and the space behind it.
[[nodiscard]] std::string_view split_status(std::uint16_t code, std::string_view& text) noexcept;

} // namespace warmfront::smtp
