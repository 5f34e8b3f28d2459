// Checks of a request's head that come before the parser. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace warmfront::admin {

/// Why a head is refused: an HTTP status and a sentence; status 0 when it is not.
struct head_fault {
  unsigned status = 0;
  std::string_view detail;
};

/// Checks the octets of an incomplete or complete head: control characters, and CR and LF that do
/// not stand together. Looks at `head` from `from` on, where an earlier call ended.
[[nodiscard]] head_fault check_octets(std::string_view head, std::size_t from) noexcept;

/// Checks a complete head, from the request line to the empty line, after `check_octets`.
[[nodiscard]] head_fault check_head(std::string_view head, std::size_t fields_max) noexcept;

} // namespace warmfront::admin
