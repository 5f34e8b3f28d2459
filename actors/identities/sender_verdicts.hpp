// Passwords that were right a moment ago. Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "actors/core/clock.hpp"
#include "actors/identities/password_hash.hpp"

namespace warmfront {

/// Spares the slow hash for clients that connect again and again. Holds keyed digests of passwords,
/// never the passwords; only right ones. Not thread-safe.
class sender_verdicts {
public:
  static constexpr std::chrono::seconds lifetime{60};
  static constexpr std::size_t entries_max = 10'000;

  /// `key`: random, of this process alone.
  explicit sender_verdicts(std::string key) : key_{std::move(key)} {}

  /// Whether this password was right for this very hash: one that was changed counts at once.
  [[nodiscard]] bool knows(const std::string& address, std::string_view password,
                           const password_hash& now_stored, steady_time now) const;
  void remember(const std::string& address, std::string_view password, password_hash matched,
                steady_time now);
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
  using digest = std::array<unsigned char, 32>;
  struct entry {
    digest shown{};
    password_hash matched;
    steady_time until{};
  };
  [[nodiscard]] digest digest_of(std::string_view password) const;

  std::string key_;
  std::unordered_map<std::string, entry> entries_; // by address
};

} // namespace warmfront
