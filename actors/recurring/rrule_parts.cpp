// Which parts of a rule go together.
#include <algorithm>
#include <string>

#include "actors/recurring/rrule.hpp"

namespace warmfront {

namespace {

using frequency = rrule::frequency;

struct objection {
  bool applies;
  const char* what;
  const char* remedy;
};

/// The longest interval that stays within ten years, or 366 days of hours.
int interval_max(frequency freq) {
  switch (freq) {
  case frequency::hourly:
    return 366 * 24;
  case frequency::daily:
    return 3'650;
  case frequency::weekly:
    return 520;
  case frequency::monthly:
    return 120;
  case frequency::yearly:
    break;
  }
  return 10;
}

int largest_position(const rrule& rule) {
  int largest = 0;
  for (const auto& each : rule.weekdays)
    largest = std::max(largest, std::abs(each.position));
  return largest;
}

/// What RFC 5545 forbids.
std::optional<objection> forbidden(const rrule& rule) {
  const auto freq = rule.freq;
  const bool in_month = freq == frequency::monthly || !rule.months.empty();
  const bool has_other_part = !rule.months.empty() || !rule.week_numbers.empty() ||
                              !rule.year_days.empty() || !rule.month_days.empty() ||
                              !rule.weekdays.empty() || !rule.hours.empty() ||
                              !rule.minutes.empty() || !rule.seconds.empty();
  for (const auto& each : {
           objection{rule.count && rule.until, "the rule ends twice", "leave COUNT or UNTIL out"},
           objection{!rule.week_numbers.empty() && freq != frequency::yearly,
                     "BYWEEKNO needs FREQ=YEARLY", "use that, or BYDAY with FREQ=WEEKLY"},
           objection{!rule.year_days.empty() && freq != frequency::yearly &&
                         freq != frequency::hourly,
                     "BYYEARDAY needs FREQ=YEARLY", "use that, or BYMONTH and BYMONTHDAY"},
           objection{!rule.month_days.empty() && freq == frequency::weekly,
                     "BYMONTHDAY does not go with FREQ=WEEKLY", "use FREQ=MONTHLY"},
           objection{largest_position(rule) > 0 && freq < frequency::monthly,
                     "BYDAY with a number needs a month or year to count in",
                     "use FREQ=MONTHLY, or weekdays without numbers"},
           objection{largest_position(rule) > 5 && in_month, "no month has a sixth day of one name",
                     "use numbers up to 5 in BYDAY"},
           objection{!rule.positions.empty() && !has_other_part,
                     "BYSETPOS needs something to choose from", "add BYDAY, or leave it out"},
       })
    if (each.applies)
      return each;
  return std::nullopt;
}

/// What it allows, but leaves open or libical does not do.
std::optional<objection> unsupported(const rrule& rule) {
  const auto freq = rule.freq;
  const auto day_parts = int{!rule.week_numbers.empty()} + int{!rule.year_days.empty()} +
                         int{!rule.month_days.empty()};
  for (const auto& each : {
           objection{day_parts > 1, "BYWEEKNO, BYYEARDAY and BYMONTHDAY do not go with each other",
                     "use one of them, with BYMONTH or BYDAY if need be"},
           objection{largest_position(rule) > 0 && day_parts > 0,
                     "BYDAY with a number does not go with BYWEEKNO, BYYEARDAY and BYMONTHDAY",
                     "use weekdays without numbers, or the numbers alone"},
           objection{freq == frequency::yearly && !rule.month_days.empty() && rule.months.empty(),
                     "FREQ=YEARLY with BYMONTHDAY does not say in which months",
                     "add BYMONTH, or use FREQ=MONTHLY for all of them"},
           objection{!rule.week_numbers.empty() && (rule.interval > 1 || !rule.positions.empty()),
                     "BYWEEKNO does not go with INTERVAL and BYSETPOS",
                     "leave them out, or use FREQ=WEEKLY"},
           objection{!rule.positions.empty() && freq == frequency::hourly,
                     "BYSETPOS has nothing to choose from in an hour", "leave it out"},
       })
    if (each.applies)
      return each;
  return std::nullopt;
}

} // namespace

result<void> check_rrule_parts(const rrule& rule) {
  for (const auto& found : {forbidden(rule), unsupported(rule)})
    if (found)
      return rrule_error(found->what, found->remedy);
  if (const auto max = interval_max(rule.freq); rule.interval > max)
    return rrule_error("INTERVAL is more than " + std::to_string(max) + ", which is too rare",
                       "use a smaller one");
  return success();
}

} // namespace warmfront
