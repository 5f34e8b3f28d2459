#include "actors/recurring/rrule_moments.hpp"

#include <algorithm>

namespace warmfront {

namespace {

using std::chrono::local_seconds;

/// More than any clock was ever put forward or back.
constexpr std::chrono::days clock_change_max{2};

local_seconds first_reading(const zone_time& zone, wall_time start_at, wall_time from) {
  return std::max(zone.reading(start_at), zone.reading(from) - clock_change_max);
}

} // namespace

rrule_moments::rrule_moments(const rrule& rule, zone_time zone, wall_time start_at, wall_time from)
    : zone_{zone}, start_at_{start_at}, until_{rule.until && !rule.until->is_utc
                                                   ? rule.until->reading
                                                   : local_seconds::max()},
      times_{rule, zone.reading(start_at), first_reading(zone, start_at, from)} {}

std::optional<wall_time> rrule_moments::next() {
  if (ahead_.empty())
    read();
  if (ahead_.empty())
    return std::nullopt;
  return ahead_.extract(ahead_.begin()).value();
}

// What a gap moves forward may be as late as times that come after it, or later.
void rrule_moments::read() {
  auto gap_end = local_seconds::min();
  for (auto time = times_.next(); time && *time <= until_; time = times_.next()) {
    const auto moment = zone_.first_moment(*time);
    if (moment.at >= start_at_)
      ahead_.insert(moment.at);
    gap_end = std::max(gap_end, moment.reading);
    if (!ahead_.empty() && *time >= gap_end)
      return;
  }
}

} // namespace warmfront
