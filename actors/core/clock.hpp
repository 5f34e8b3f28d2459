// Time as values. The wall clock says which day it is; the steady clock says how long ago.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace warmfront {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A moment of the wall clock (UTC), to the microsecond: what is stored and shown.
using wall_time = std::chrono::time_point<std::chrono::system_clock, microseconds>;
/// A day of UTC.
using utc_day = std::chrono::sys_days;
[[nodiscard]] inline utc_day day_of(wall_time when) {
  return std::chrono::floor<std::chrono::days>(when);
}
/// A moment of the steady clock: what timers run on. Never stored.
using steady_time = std::chrono::steady_clock::time_point;

/// The only source of time. Created in `actors/node`, read by actor shells, never by pure rules.
class clock {
public:
  virtual ~clock() = default;
  /// The wall clock. May jump in either direction.
  [[nodiscard]] virtual wall_time wall_now() const = 0;
  /// The steady clock. Never runs backwards.
  [[nodiscard]] virtual steady_time steady_now() const = 0;
};

/// The machine's clocks.
class system_clock final : public clock {
public:
  [[nodiscard]] wall_time wall_now() const override;
  [[nodiscard]] steady_time steady_now() const override;
};

/// RFC 3339 in UTC with milliseconds: `2026-11-24T10:29:44.120Z`.
[[nodiscard]] std::string to_rfc3339(wall_time when);
/// Reads RFC 3339, with any offset and up to microseconds; none for anything else, and for years
/// before 1970.
[[nodiscard]] std::optional<wall_time> parse_rfc3339(std::string_view text);
/// ISO 8601: `2026-11-24`.
[[nodiscard]] std::string to_date(utc_day day);
/// None for anything else, and for years before 1970.
[[nodiscard]] std::optional<utc_day> parse_date(std::string_view text);
/// The date of RFC 5322 §3.3: `Tue, 24 Nov 2026 10:29:44 +0000`.
[[nodiscard]] std::string to_rfc5322(wall_time when);

} // namespace warmfront
