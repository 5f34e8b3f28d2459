// The text of an RFC 5545 RRULE, taken apart.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront {

/// A recurrence rule (RFC 5545 §3.3.10) that fires at most once an hour. Lists are in ascending
/// order, without duplicates, empty when the part is missing.
struct rrule {
  enum class frequency : std::uint8_t { hourly, daily, weekly, monthly, yearly };

  /// `MO`, `2MO`, `-1FR`.
  struct day_of_week {
    int position = 0; ///< in the month or year, from its end when negative; 0 is each of them
    std::chrono::weekday day;
    friend bool operator==(const day_of_week&, const day_of_week&) = default;
  };
  struct last_time {
    std::chrono::local_seconds reading;
    bool is_utc = false; ///< else local
  };

  frequency freq = frequency::daily;
  int interval = 1;
  std::optional<std::uint64_t> count; ///< excludes `until`
  std::optional<last_time> until;
  std::chrono::weekday week_start = std::chrono::Monday;
  std::vector<int> months;       ///< 1 to 12
  std::vector<int> week_numbers; ///< 1 to 53, or from the end -1 to -53
  std::vector<int> year_days;    ///< 1 to 366, or -1 to -366
  std::vector<int> month_days;   ///< 1 to 31, or -1 to -31
  std::vector<day_of_week> weekdays;
  std::vector<int> hours;     ///< 0 to 23
  std::vector<int> minutes;   ///< 0 to 59, at most one
  std::vector<int> seconds;   ///< 0 to 59, at most one
  std::vector<int> positions; ///< BYSETPOS
};

inline constexpr std::size_t rrule_octets_max = 500;

/// Reads a rule without `RRULE:` in front; names and values in either case.
/// @returns `errc::invalid_argument` with the field `repeat.rrule`: see `check`.
[[nodiscard]] result<rrule> parse_rrule(std::string_view text);

/// The second half of it: whether parts that are well-formed go together.
[[nodiscard]] result<void> check_rrule_parts(const rrule& rule);

/// What is wrong with `repeat.rrule`.
[[nodiscard]] error rrule_error(std::string what, std::string remedy);

} // namespace warmfront
