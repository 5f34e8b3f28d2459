// The moments of a rule in a time zone.
#pragma once

#include <chrono>
#include <optional>
#include <set>

#include "actors/core/clock.hpp"
#include "actors/recurring/rrule_times.hpp"
#include "actors/recurring/zone_time.hpp"

namespace warmfront {

/// The moments at which a rule fires, in order, each once; up to a local UNTIL. One
/// in UTC and COUNT are for others to see to.
class rrule_moments {
public:
  /// From some time before `from` on, but none before `start_at`.
  rrule_moments(const rrule& rule, zone_time zone, wall_time start_at, wall_time from);

  std::optional<wall_time> next();

private:
  void read();

  zone_time zone_;
  wall_time start_at_;
  std::chrono::local_seconds until_;
  rrule_times times_;
  std::set<wall_time> ahead_; ///< read, and no moment that is not read yet is before the last
};

} // namespace warmfront
