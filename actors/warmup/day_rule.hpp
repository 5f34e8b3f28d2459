// How the days of a ledger follow each other.
#pragma once

#include <cstdint>
#include <string>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"

namespace date {
class time_zone;
}

namespace warmfront {

/// Days of one length, counted from where the first began; or the calendar days of a time zone,
/// which begin at its midnight and have 23 or 25 hours when its clocks are changed. A value.
class day_rule {
public:
  /// @pre `length` > 0.
  explicit day_rule(microseconds length) : length_{length} {}
  /// Fails with `invalid_argument` for a zone that the system's database (IANA) does not have.
  [[nodiscard]] static result<day_rule> in_zone(const std::string& name);

  /// How many days have begun after the one that began at `start`; 0 before its end.
  [[nodiscard]] std::uint32_t days_between(wall_time start, wall_time now) const;
  /// When the `days`th day after the one that began at `start` begins; saturates at the end of
  /// time.
  [[nodiscard]] wall_time begin_after(wall_time start, std::uint32_t days) const;
  /// When the day began that was `days` days before the one that began at `start`; saturates at
  /// 1970.
  [[nodiscard]] wall_time begin_before(wall_time start, std::uint32_t days) const;

private:
  day_rule() = default;

  microseconds length_{std::chrono::hours{24}};
  const date::time_zone* zone_ = nullptr; ///< of the process's database, which never goes
};

} // namespace warmfront
