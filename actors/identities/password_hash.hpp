// Passwords that people choose: how they are kept and compared.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"

namespace warmfront {

/// What scrypt (RFC 7914, with r = 8 and p = 1) made of a password: guessing costs whoever steals
/// it 16 MiB and about 40 ms a try.
struct password_hash {
  std::uint32_t log2_cost = 0; ///< 0: there is no password
  std::string salt;
  std::string digest;

  [[nodiscard]] bool is_set() const noexcept { return log2_cost != 0; }
  friend bool operator==(const password_hash&, const password_hash&) = default;
};

/// Whether it may be chosen: 10 to 64 octets, no control characters.
[[nodiscard]] result<void> check_password(std::string_view password);

/// With a new salt from the operating system. Slow on purpose. `unavailable` without randomness or
/// memory.
[[nodiscard]] result<password_hash> hash_password(std::string_view password);

/// Slow on purpose, and as slow for a hash that is not set, which nothing matches.
[[nodiscard]] bool is_password(const password_hash& of, std::string_view shown);

} // namespace warmfront
