// How often a key may call an action. Pure but for its lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "actors/core/clock.hpp"
#include "admin/tencent/gateway_error.hpp"

namespace warmfront::admin::tencent {

/// A bucket for each key and action, which holds what a second brings. Thread-safe.
class request_rates {
public:
  /// Buckets kept; one that is full again is forgotten first.
  static constexpr std::size_t buckets_max = 10'000;

  /// @param per_second 0: no limit.
  explicit request_rates(std::uint32_t per_second) : per_second_{per_second} {}

  /// Counts a call. @pre `now` never runs backwards.
  /// @returns `RequestLimitExceeded`; such a call does not count.
  [[nodiscard]] checked<void> take(std::string_view key_id, std::string_view action,
                                   steady_time now);
  [[nodiscard]] std::size_t size() const;

private:
  struct bucket {
    double tokens = 0;
    steady_time at{};
  };
  [[nodiscard]] double tokens_at(const bucket& of, steady_time now) const;
  void forget_full(steady_time now);

  const std::uint32_t per_second_;
  mutable std::mutex guard_;
  std::unordered_map<std::string, bucket> buckets_; // by key and action
};

} // namespace warmfront::admin::tencent
