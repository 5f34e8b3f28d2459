// SMTP replies (RFC 5321 §4.2, RFC 2034).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace warmfront::smtp {

/// A reply as received or to be sent: code, enhanced status code, text.
struct reply {
  std::uint16_t code = 0; ///< 200–599; 0: there was no reply (connection lost, time-out)
  std::string status;     ///< `2.1.5`; empty when the peer sent none
  std::string text;       ///< without code and status; lines of a multi-line reply joined by LF

  [[nodiscard]] bool positive() const noexcept { return code >= 200 && code < 400; }
  [[nodiscard]] bool transient() const noexcept { return code >= 400 && code < 500; }
  [[nodiscard]] bool permanent() const noexcept { return code >= 500; }
  friend bool operator==(const reply&, const reply&) = default;
};

/// One line, for logs and reports: `250 2.1.5 ok`. The lines of a multi-line reply are joined by a
/// space; other control characters become `?` (RFC 3464 §2.3.6).
[[nodiscard]] std::string to_string(const reply& value);

} // namespace warmfront::smtp
