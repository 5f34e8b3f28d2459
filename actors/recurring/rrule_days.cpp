#include "actors/recurring/rrule_days.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <libical/ical.h>

namespace warmfront {

namespace {

using std::chrono::local_days;
using std::chrono::year_month_day;
using frequency = rrule::frequency;

/// libical keeps its error number and its temporary memory per thread, and ICU is thread-safe; what
/// is left are these two, which are written when first needed. By default an error aborts.
void prepare_libical() {
  static const bool prepared = [] {
    icalerror_set_errors_are_fatal(0);
    icaltimezone_set_tzid_prefix("/");
    return true;
  }();
  static_cast<void>(prepared);
}

std::string joined(const std::vector<int>& values) {
  std::string text;
  for (const auto value : values)
    text += (text.empty() ? "" : ",") + std::to_string(value);
  return text;
}

const char* name_of(std::chrono::weekday day) {
  constexpr const char* names[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
  return names[day.c_encoding()];
}

std::string joined(const std::vector<rrule::day_of_week>& days) {
  std::string text;
  for (const auto& each : days) {
    text += text.empty() ? "" : ",";
    text += (each.position == 0 ? "" : std::to_string(each.position)) + name_of(each.day);
  }
  return text;
}

/// The rule that libical is asked for: for one kind of days at a time, which is what it does well.
/// Where they limit, it ignores negative BYMONTHDAY and BYYEARDAY; it takes BYSETPOS for days and
/// in months and years alone; it is wrong about the weeks of BYWEEKNO. Each of these matches again
/// and again: for what never does it would go on to the year 20000, or for ever. Empty when every
/// day is meant.
std::string day_rule_text(const rrule& rule) {
  const auto by_day = ";BYDAY=" + joined(rule.weekdays);
  const auto by_month = rule.months.empty() ? "" : ";BYMONTH=" + joined(rule.months);
  if (!rule.week_numbers.empty())
    return "FREQ=WEEKLY" + by_day;
  if (!rule.year_days.empty())
    return "FREQ=YEARLY;BYYEARDAY=" + joined(rule.year_days);
  if (rule.freq == frequency::yearly && !rule.month_days.empty())
    return "FREQ=YEARLY" + by_month + ";BYMONTHDAY=" + joined(rule.month_days);
  if (!rule.month_days.empty())
    return "FREQ=MONTHLY;BYMONTHDAY=" + joined(rule.month_days);
  if (rule.freq == frequency::yearly)
    return "FREQ=YEARLY" + by_month + by_day;
  if (rule.freq == frequency::monthly)
    return "FREQ=MONTHLY" + by_day;
  if (!rule.weekdays.empty())
    return "FREQ=WEEKLY" + by_day;
  return {};
}

/// Whether a year has such a day at all: February 30 has none.
bool is_possible(const rrule& rule) {
  if (rule.months.empty() || rule.month_days.empty())
    return true;
  constexpr int days_max[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return std::any_of(rule.months.begin(), rule.months.end(), [&](int month) {
    return std::any_of(rule.month_days.begin(), rule.month_days.end(),
                       [&](int day) { return std::abs(day) <= days_max[month - 1]; });
  });
}

local_days period_begin(const rrule& rule, local_days day) {
  const year_month_day date{day};
  if (rule.freq == frequency::yearly || !rule.year_days.empty())
    return local_days{date.year() / 1 / 1};
  if (rule.freq == frequency::monthly || !rule.month_days.empty())
    return local_days{date.year() / date.month() / 1};
  return week_begin(day, rule.week_start);
}

icaltimetype ical_midnight(local_days day) {
  const year_month_day date{day};
  auto time = icaltime_null_time();
  time.year = static_cast<int>(date.year());
  time.month = static_cast<int>(static_cast<unsigned>(date.month()));
  time.day = static_cast<int>(static_cast<unsigned>(date.day()));
  return time;
}

} // namespace

void rrule_days::iterator_free::operator()(icalrecur_iterator_impl* iterator) const noexcept {
  icalrecur_iterator_free(iterator);
}

rrule_days::rrule_days(const rrule& rule, local_days from) {
  const auto text = day_rule_text(rule);
  if (text.empty())
    every_day_ = from;
  if (text.empty() || !is_possible(rule))
    return;
  prepare_libical();
  iterator_.reset(icalrecur_iterator_new(icalrecurrencetype_from_string(text.c_str()),
                                         ical_midnight(period_begin(rule, from))));
}

std::optional<local_days> rrule_days::next() {
  if (every_day_)
    return std::exchange(*every_day_, *every_day_ + std::chrono::days{1});
  if (iterator_ == nullptr)
    return std::nullopt;
  const auto time = icalrecur_iterator_next(iterator_.get());
  if (icaltime_is_null_time(time) != 0) {
    iterator_.reset();
    return std::nullopt;
  }
  return local_days{year_month_day{std::chrono::year{time.year},
                                   std::chrono::month{static_cast<unsigned>(time.month)},
                                   std::chrono::day{static_cast<unsigned>(time.day)}}};
}

rrule with_defaults(rrule rule, std::chrono::local_seconds start) {
  const auto day = std::chrono::floor<std::chrono::days>(start);
  const year_month_day date{day};
  const std::chrono::hh_mm_ss time{start - day};
  const auto or_else = [](std::vector<int>& values, auto value) {
    if (values.empty())
      values = {static_cast<int>(value)};
  };
  or_else(rule.seconds, time.seconds().count());
  or_else(rule.minutes, time.minutes().count());
  if (rule.freq != frequency::hourly)
    or_else(rule.hours, time.hours().count());
  const bool has_days =
      !rule.weekdays.empty() || !rule.month_days.empty() || !rule.year_days.empty();
  if (rule.freq < frequency::weekly || has_days)
    return rule;
  if (rule.freq == frequency::weekly || !rule.week_numbers.empty()) {
    rule.weekdays = {{0, std::chrono::weekday{day}}};
    return rule;
  }
  if (rule.freq == frequency::yearly)
    or_else(rule.months, static_cast<unsigned>(date.month()));
  or_else(rule.month_days, static_cast<unsigned>(date.day()));
  return rule;
}

local_days week_begin(local_days day, std::chrono::weekday week_start) {
  return day - (std::chrono::weekday{day} - week_start);
}

} // namespace warmfront
