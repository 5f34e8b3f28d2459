// How often strangers may try. Pure but for its lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "actors/core/clock.hpp"

namespace warmfront::admin {

/// A bucket of attempts for each address, of IPv6 for each network of 64 bits, which fills again in
/// time. Thread-safe.
class attempt_limits {
public:
  /// Addresses kept; one whose bucket is full again is forgotten first, and those beyond share one.
  static constexpr std::size_t addresses_max = 10'000;

  /// @param most attempts at once, each of which comes back after `regained_in`.
  attempt_limits(std::uint32_t most, seconds regained_in)
      : most_{most}, regained_in_{regained_in} {}

  /// For how long the address has to wait; none: it may try. @pre `now` never runs backwards.
  [[nodiscard]] std::optional<seconds> wait_of(std::string_view address, steady_time now) const;
  /// Counts an attempt. @returns whether it was within the limit.
  bool take(std::string_view address, steady_time now);
  [[nodiscard]] std::size_t size() const;

private:
  struct bucket {
    double left = 0;
    steady_time at{};
  };
  [[nodiscard]] double left_at(const bucket& of, steady_time now) const;
  [[nodiscard]] const bucket* find(std::string_view address) const;

  const std::uint32_t most_;
  const seconds regained_in_;
  mutable std::mutex guard_;
  std::unordered_map<std::string, bucket> buckets_;
};

} // namespace warmfront::admin
