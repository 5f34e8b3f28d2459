#include "actors/warmup/day_rule.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include <date/tz.h>

namespace warmfront {

namespace {

constexpr std::uint32_t days_max = std::numeric_limits<std::uint32_t>::max() - 1;
/// The calendar's arithmetic ends long before the clock's.
constexpr std::uint32_t calendar_days_max = 4'000'000;
const wall_time calendar_end{std::chrono::hours{24} * calendar_days_max};

date::local_days local_day(const date::time_zone& zone, wall_time when) {
  const date::sys_time<microseconds> system{when.time_since_epoch()};
  return date::floor<date::days>(zone.to_local(system));
}

/// Where the clocks are put forward at midnight the day begins at one.
wall_time begin_of(const date::time_zone& zone, date::local_days day) {
  const auto begin = zone.to_sys(day, date::choose::earliest);
  return wall_time{std::chrono::duration_cast<microseconds>(begin.time_since_epoch())};
}

} // namespace

result<day_rule> day_rule::in_zone(const std::string& name) {
  day_rule rule;
  // The library has no look-up that does not throw.
  try {
    rule.zone_ = date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return error{errc::invalid_argument, "there is no time zone `" + name + "`",
                 "use a name of the IANA database, as Europe/Berlin or UTC", "time_zone"};
  }
  return rule;
}

std::uint32_t day_rule::days_between(wall_time start, wall_time now) const {
  if (now <= start)
    return 0;
  if (zone_ == nullptr)
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(static_cast<std::uint64_t>((now - start) / length_), days_max));
  if (now >= calendar_end)
    return start >= calendar_end ? 0 : calendar_days_max;
  const auto days = local_day(*zone_, now) - local_day(*zone_, start);
  return days.count() < 0 ? 0 : static_cast<std::uint32_t>(days.count());
}

wall_time day_rule::begin_after(wall_time start, std::uint32_t days) const {
  if (days == 0)
    return start;
  if (zone_ == nullptr) {
    const auto room = wall_time::max() - start;
    return std::int64_t{days} > room / length_ ? wall_time::max()
                                               : start + std::int64_t{days} * length_;
  }
  if (start >= calendar_end || days >= calendar_days_max)
    return wall_time::max();
  return begin_of(*zone_, local_day(*zone_, start) + date::days{days});
}

wall_time day_rule::begin_before(wall_time start, std::uint32_t days) const {
  if (days == 0)
    return start;
  if (zone_ == nullptr)
    return std::int64_t{days} > start.time_since_epoch() / length_
               ? wall_time{}
               : start - std::int64_t{days} * length_;
  const auto today = local_day(*zone_, std::min(start, calendar_end));
  if (std::int64_t{days} >= today.time_since_epoch().count())
    return wall_time{};
  return begin_of(*zone_, today - date::days{days});
}

} // namespace warmfront
