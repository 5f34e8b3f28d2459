// Octets: numbers in keys and frames, and what text is made of.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace warmfront {

/// Appends the lowest `octets` octets of a number, big endian: the order of octets is the order of
/// numbers. @pre `octets` <= 8
inline void append_number(std::string& to, std::uint64_t value, std::size_t octets) {
  for (std::size_t i = octets; i-- > 0;)
    to.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
}

/// The number that all of `from` holds, at most 8 octets, big endian.
[[nodiscard]] inline std::uint64_t read_number(std::string_view from) {
  std::uint64_t value = 0;
  for (const char octet : from)
    value = (value << 8) | static_cast<std::uint8_t>(octet);
  return value;
}

/// Whether every octet is below 0x80.
[[nodiscard]] inline bool is_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

} // namespace warmfront
