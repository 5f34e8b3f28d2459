// The local times of a rule.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "actors/recurring/rrule.hpp"
#include "actors/recurring/rrule_days.hpp"

namespace warmfront {

/// The times at which a rule fires, in order, in a calendar without time zones; without regard to
/// its COUNT and UNTIL.
class rrule_times {
public:
  /// The rule begins at `start` (its DTSTART); times before `from` are passed over, at no cost.
  /// @pre `from` >= `start`
  rrule_times(const rrule& rule, std::chrono::local_seconds start, std::chrono::local_seconds from);

  /// None when the rule has been quiet for `quiet_max`, and at the end of the calendar.
  std::optional<std::chrono::local_seconds> next();

private:
  using local_days = std::chrono::local_days;

  [[nodiscard]] std::int64_t period_of(local_days day) const;
  [[nodiscard]] bool is_wanted(local_days day) const;
  [[nodiscard]] bool is_wanted(std::chrono::local_seconds time) const;
  std::optional<local_days> next_day(local_days after);
  void add_times_of(local_days day);
  void choose_positions();
  bool read_period();

  rrule rule_;
  std::chrono::local_seconds start_;
  std::chrono::local_seconds from_;
  rrule_days days_;
  local_days last_day_; ///< of the last time; at first of `from_`
  std::optional<local_days> day_ahead_;
  std::vector<std::chrono::local_seconds> times_; ///< of one period
  std::size_t next_ = 0;
};

} // namespace warmfront
