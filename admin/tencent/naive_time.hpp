// Times as the API writes them, without a zone: they are of the zone that is configured. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"

namespace warmfront::admin::tencent {

/// The day on which it happens there.
[[nodiscard]] utc_day local_day_of(wall_time when, std::chrono::minutes zone);
/// When a day begins there.
[[nodiscard]] wall_time begin_of(utc_day day, std::chrono::minutes zone);

/// `2026-11-24 08:30:00`; none for anything else.
[[nodiscard]] std::optional<wall_time> parse_naive(std::string_view text,
                                                   std::chrono::minutes zone);
[[nodiscard]] std::string to_naive(wall_time when, std::chrono::minutes zone);

/// UNIX time.
[[nodiscard]] inline std::int64_t unix_seconds(wall_time when) {
  return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
}

} // namespace warmfront::admin::tencent
