// What a sender wants to find out about the readers of a mail.
#pragma once

#include <cstdint>

namespace warmfront {

struct tracking {
  bool opens = false;  ///< a picture that the node has
  bool clicks = false; ///< links that lead through the node

  [[nodiscard]] bool any() const noexcept { return opens || clicks; }
  /// As it is stored: append only.
  [[nodiscard]] std::uint32_t bits() const noexcept {
    return (opens ? 1u : 0u) | (clicks ? 2u : 0u);
  }
  [[nodiscard]] static tracking of_bits(std::uint32_t bits) noexcept {
    return {(bits & 1) != 0, (bits & 2) != 0};
  }
  friend bool operator==(const tracking&, const tracking&) = default;
};

} // namespace warmfront
