// Who is behind a key, remembered for a few seconds. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "actors/core/clock.hpp"
#include "actors/messages/reports.hpp"

namespace warmfront::admin {

/// Spares asking `access` for every request. Holds the SHA-256 of secrets, never the secrets, so
/// that a core file does not give them away. Remembers only keys that were good: a wrong one is
/// asked for each time. Not thread-safe.
class key_cache {
public:
  /// Revocation holds at the latest after this.
  static constexpr std::chrono::seconds lifetime{5};
  static constexpr std::size_t entries_max = 10'000;

  [[nodiscard]] std::optional<client_identity> find(std::string_view secret, steady_time now) const;
  /// `asked_at`: when the question was sent, not when its answer came.
  void remember(std::string_view secret, client_identity who, steady_time asked_at);
  /// Forgets a key at once.
  void forget(std::string_view key_id);
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
  struct entry {
    client_identity who;
    steady_time until{};
  };
  std::unordered_map<std::string, entry> entries_; // by digest
};

} // namespace warmfront::admin
