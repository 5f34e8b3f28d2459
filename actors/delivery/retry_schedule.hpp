// When a recipient is tried again, and when it is given up (RFC 5321 §4.5.4.1).
#pragma once

#include <chrono>
#include <cstdint>

#include "actors/core/clock.hpp"
#include "actors/core/random.hpp"

namespace warmfront {

struct retry_schedule {
  milliseconds first{300'000};   ///< after the first failure
  milliseconds last{14'400'000}; ///< the longest wait
  milliseconds expire_after{
      432'000'000};                    ///< from the first attempt; time held before does not count
  milliseconds warn_after{14'400'000}; ///< from the first attempt; then a delay is reported once

  /// The wait after the `attempts`th failed attempt (from 1): doubled each time up to `last`, ±20 %
  /// so that recipients that failed together do not come back together.
  [[nodiscard]] milliseconds backoff(std::uint32_t attempts, random_source& random) const;
  /// Whether a recipient first tried at `first_attempt` is given up at `now`.
  [[nodiscard]] bool expired(wall_time first_attempt, wall_time now) const {
    return now - first_attempt >= expire_after;
  }
};

} // namespace warmfront
