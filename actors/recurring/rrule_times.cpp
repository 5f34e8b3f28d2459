#include "actors/recurring/rrule_times.hpp"

#include <algorithm>

#include "actors/recurring/recurrence.hpp"

namespace warmfront {

namespace {

using std::chrono::local_seconds;
using std::chrono::year_month_day;

bool contains(const std::vector<int>& values, std::int64_t value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::int64_t year_of(const year_month_day& date) {
  return static_cast<int>(date.year());
}

std::int64_t month_of(const year_month_day& date) {
  return static_cast<unsigned>(date.month());
}

/// The week that `day` is in belongs to the year that has at least four of its days, and counts
/// from that year's first one (RFC 5545 §3.3.10, BYWEEKNO).
bool is_in_week(std::chrono::local_days day, const std::vector<int>& numbers,
                std::chrono::weekday week_start) {
  using std::chrono::days;
  const auto middle = week_begin(day, week_start) + days{3};
  const auto year = year_month_day{middle}.year();
  const auto number = [&](std::chrono::local_days middle_of_week) {
    return (middle_of_week - std::chrono::local_days{year / 1 / 1}).count() / 7 + 1;
  };
  const auto last =
      number(week_begin(std::chrono::local_days{year / 12 / 28}, week_start) + days{3});
  return contains(numbers, number(middle)) || contains(numbers, number(middle) - last - 1);
}

std::int64_t hours_between(local_seconds from, local_seconds to) {
  using std::chrono::floor;
  using std::chrono::hours;
  return (floor<hours>(to) - floor<hours>(from)).count();
}

} // namespace

rrule_times::rrule_times(const rrule& rule, local_seconds start, local_seconds from)
    : rule_{with_defaults(rule, start)}, start_{start}, from_{from},
      days_{rule_, std::chrono::floor<std::chrono::days>(from)},
      last_day_{std::chrono::floor<std::chrono::days>(from)}, day_ahead_{next_day(last_day_)} {}

std::optional<local_seconds> rrule_times::next() {
  while (next_ == times_.size())
    if (!read_period())
      return std::nullopt;
  return times_[next_++];
}

// Periods are counted from that of the start. An hourly rule has one each day: its interval is
// looked at hour by hour.
std::int64_t rrule_times::period_of(local_days day) const {
  const auto first = std::chrono::floor<std::chrono::days>(start_);
  const year_month_day date{day};
  const year_month_day first_date{first};
  const auto years = year_of(date) - year_of(first_date);
  switch (rule_.freq) {
  case rrule::frequency::yearly:
    return years;
  case rrule::frequency::monthly:
    return years * 12 + month_of(date) - month_of(first_date);
  case rrule::frequency::weekly:
    return (week_begin(day, rule_.week_start) - week_begin(first, rule_.week_start)).count() / 7;
  case rrule::frequency::daily:
  case rrule::frequency::hourly:
    break;
  }
  return (day - first).count();
}

bool rrule_times::is_wanted(local_days day) const {
  const auto is_same = [&](const rrule::day_of_week& each) {
    return each.day == std::chrono::weekday{day};
  };
  return (rule_.freq == rrule::frequency::hourly || period_of(day) % rule_.interval == 0) &&
         (rule_.months.empty() || contains(rule_.months, month_of(year_month_day{day}))) &&
         (rule_.week_numbers.empty() || is_in_week(day, rule_.week_numbers, rule_.week_start)) &&
         (rule_.weekdays.empty() ||
          std::any_of(rule_.weekdays.begin(), rule_.weekdays.end(), is_same));
}

bool rrule_times::is_wanted(local_seconds time) const {
  return rule_.freq != rrule::frequency::hourly ||
         hours_between(start_, time) % rule_.interval == 0;
}

std::optional<std::chrono::local_days> rrule_times::next_day(local_days after) {
  auto day = days_.next();
  while (day && !is_wanted(*day))
    day = *day - after > quiet_max ? std::nullopt : days_.next();
  return day;
}

void rrule_times::add_times_of(local_days day) {
  const auto add = [&](int hour) {
    const auto time = day + std::chrono::hours{hour} + std::chrono::minutes{rule_.minutes.front()} +
                      seconds{rule_.seconds.front()};
    if (is_wanted(time))
      times_.push_back(time);
  };
  if (!rule_.hours.empty())
    std::for_each(rule_.hours.begin(), rule_.hours.end(), add);
  else
    for (int hour = 0; hour < 24; ++hour)
      add(hour);
}

// BYSETPOS counts in the whole period, also what is before the start.
void rrule_times::choose_positions() {
  if (rule_.positions.empty())
    return;
  std::vector<local_seconds> chosen;
  const auto total = static_cast<std::int64_t>(times_.size());
  for (std::int64_t i = 0; i < total; ++i)
    if (contains(rule_.positions, i + 1) || contains(rule_.positions, i - total))
      chosen.push_back(times_[static_cast<std::size_t>(i)]);
  times_ = std::move(chosen);
}

bool rrule_times::read_period() {
  times_.clear();
  next_ = 0;
  if (!day_ahead_ || *day_ahead_ - last_day_ > quiet_max)
    return false;
  const auto period = period_of(*day_ahead_);
  while (day_ahead_ && period_of(*day_ahead_) == period) {
    add_times_of(*day_ahead_);
    day_ahead_ = next_day(*day_ahead_);
  }
  choose_positions();
  std::erase_if(times_, [&](local_seconds time) { return time < from_; });
  if (!times_.empty())
    last_day_ = std::chrono::floor<std::chrono::days>(times_.back());
  return true;
}

} // namespace warmfront
