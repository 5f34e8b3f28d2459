#include "tests/actors/recurring/rule_model.hpp"

#include <algorithm>
#include <map>

namespace warmfront::testing {

namespace {

using namespace std::chrono;

bool has(const std::vector<int>& values, long value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

local_days first_of_year(year y) {
  return local_days{y / January / 1};
}

/// The first day of the week in which `day` is.
local_days week_of(local_days day, unsigned week_start) {
  while (weekday{day}.c_encoding() != week_start)
    day -= days{1};
  return day;
}

/// The first day of the first week with four days in that year.
local_days first_week(year y, unsigned week_start) {
  const auto january_4 = local_days{y / January / 4};
  return week_of(january_4, week_start);
}

bool is_in_week(local_days day, const std::vector<int>& numbers, unsigned week_start) {
  auto y = year_month_day{day}.year() + years{1};
  while (first_week(y, week_start) > day)
    --y;
  const long number = (day - first_week(y, week_start)).count() / 7 + 1;
  const long total = (first_week(y + years{1}, week_start) - first_week(y, week_start)).count() / 7;
  return has(numbers, number) || has(numbers, number - total - 1);
}

/// Some numbers up to `max`, some of them from the end.
std::vector<int> some_numbers(std::mt19937& random, int min, int max, bool negative) {
  std::vector<int> numbers;
  for (auto n = 1 + random() % 4; n > 0; --n) {
    const int number = min + static_cast<int>(random() % static_cast<unsigned>(max - min + 1));
    numbers.push_back(negative && random() % 3 == 0 ? -number : number);
  }
  return numbers;
}

std::string part_text(const char* name, const std::vector<int>& values) {
  std::string text;
  for (const auto value : values)
    text += (text.empty() ? "" : ",") + std::to_string(value);
  return text.empty() ? text : ";" + std::string{name} + "=" + text;
}

constexpr const char* weekday_names[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

} // namespace

rule_model rule_model::random(std::mt19937& random) {
  const auto maybe = [&](unsigned one_in) { return random() % one_in == 0; };
  rule_model rule;
  rule.freq = static_cast<period>(random() % 5);
  rule.interval = maybe(2) ? 1 : 1 + static_cast<int>(random() % 7);
  rule.week_start = maybe(2) ? 1 : static_cast<unsigned>(random() % 7);
  const bool is_year = rule.freq == period::year;
  if (maybe(3))
    rule.months = some_numbers(random, 1, 12, false);
  if (is_year && maybe(4)) {
    rule.week_numbers = some_numbers(random, 1, 53, true);
    rule.interval = 1;
  } else if ((is_year || rule.freq == period::hour) && maybe(3)) {
    rule.year_days = some_numbers(random, 1, 366, true);
  } else if (rule.freq != period::week && maybe(3) && (!is_year || !rule.months.empty())) {
    rule.month_days = some_numbers(random, 1, 31, true);
  }
  const bool is_free = rule.week_numbers.empty() && rule.year_days.empty() &&
                       rule.month_days.empty() && rule.freq >= period::month;
  if (maybe(2))
    for (auto n = 1 + random() % 3; n > 0; --n) {
      const int max = rule.freq == period::month || !rule.months.empty() ? 5 : 53;
      const int position = is_free && maybe(2) ? some_numbers(random, 1, max, true).front() : 0;
      rule.weekdays.push_back({position, static_cast<unsigned>(random() % 7)});
    }
  if (maybe(3))
    rule.hours = some_numbers(random, 0, 23, false);
  const bool has_part = !rule.months.empty() || !rule.hours.empty() || !rule.weekdays.empty() ||
                        !rule.month_days.empty() || !rule.year_days.empty();
  if (has_part && rule.week_numbers.empty() && rule.freq != period::hour && maybe(3))
    rule.positions = some_numbers(random, 1, 6, true);
  return rule;
}

std::string rule_model::text() const {
  constexpr const char* names[] = {"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
  std::string days;
  for (const auto& [position, day] : weekdays)
    days += (days.empty() ? ";BYDAY=" : ",") +
            (position == 0 ? std::string{} : std::to_string(position)) + weekday_names[day];
  return "FREQ=" + std::string{names[static_cast<int>(freq)]} +
         ";INTERVAL=" + std::to_string(interval) + ";WKST=" + weekday_names[week_start] +
         part_text("BYMONTH", months) + part_text("BYWEEKNO", week_numbers) +
         part_text("BYYEARDAY", year_days) + part_text("BYMONTHDAY", month_days) + days +
         part_text("BYHOUR", hours) + part_text("BYSETPOS", positions);
}

rule_model rule_model::with_defaults(local_seconds start) const {
  auto rule = *this;
  const auto day = floor<days>(start);
  const year_month_day date{day};
  if (hours.empty())
    for (int hour = 0; hour < 24; ++hour)
      if (freq == period::hour || hour == (start - day) / std::chrono::hours{1})
        rule.hours.push_back(hour);
  if (freq < period::week || !weekdays.empty() || !month_days.empty() || !year_days.empty())
    return rule;
  if (freq == period::week || !week_numbers.empty()) {
    rule.weekdays.push_back({0, weekday{day}.c_encoding()});
    return rule;
  }
  rule.month_days = {static_cast<int>(static_cast<unsigned>(date.day()))};
  if (freq == period::year && months.empty())
    rule.months = {static_cast<int>(static_cast<unsigned>(date.month()))};
  return rule;
}

bool rule_model::matches_weekday(local_days day) const {
  const year_month_day date{day};
  const bool in_month = freq == period::month || !months.empty();
  const auto first =
      in_month ? local_days{date.year() / date.month() / 1} : first_of_year(date.year());
  const auto last = in_month ? local_days{date.year() / date.month() / std::chrono::last}
                             : first_of_year(date.year() + years{1}) - days{1};
  return std::any_of(weekdays.begin(), weekdays.end(), [&](const weekday_in& each) {
    return weekday{day}.c_encoding() == each.day &&
           (each.position == 0 || each.position == (day - first).count() / 7 + 1 ||
            each.position == -((last - day).count() / 7) - 1);
  });
}

bool rule_model::matches(local_days day) const {
  const year_month_day date{day};
  const auto in_year = (day - first_of_year(date.year())).count() + 1;
  const auto year_length =
      (first_of_year(date.year() + years{1}) - first_of_year(date.year())).count();
  const auto in_month = static_cast<long>(static_cast<unsigned>(date.day()));
  const year_month_day last{date.year() / date.month() / std::chrono::last};
  const auto month_length = static_cast<long>(static_cast<unsigned>(last.day()));
  return (months.empty() || has(months, static_cast<unsigned>(date.month()))) &&
         (week_numbers.empty() || is_in_week(day, week_numbers, week_start)) &&
         (year_days.empty() || has(year_days, in_year) ||
          has(year_days, in_year - year_length - 1)) &&
         (month_days.empty() || has(month_days, in_month) ||
          has(month_days, in_month - month_length - 1)) &&
         (weekdays.empty() || matches_weekday(day));
}

/// Any number that is the same within a period and grows by one with the next.
long rule_model::period_of(local_seconds time) const {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const long y = static_cast<int>(date.year());
  switch (freq) {
  case period::hour:
    return floor<std::chrono::hours>(time).time_since_epoch().count();
  case period::day:
    return day.time_since_epoch().count();
  case period::week:
    return (week_of(day, week_start) - week_of(local_days{days{0}}, week_start)).count() / 7;
  case period::month:
    return y * 12 + static_cast<unsigned>(date.month());
  case period::year:
    break;
  }
  return y;
}

std::vector<local_seconds> rule_model::times(local_seconds start, days length) const {
  const auto rule = with_defaults(start);
  const auto first = rule.period_of(start);
  const auto minute = start - floor<std::chrono::hours>(start);
  std::map<long, std::vector<local_seconds>> periods;
  const auto today = floor<days>(start);
  for (auto day = today - days{366}; day < today + length + days{366}; day += days{1})
    for (int hour = 0; hour < 24; ++hour) {
      const auto time = day + std::chrono::hours{hour} + minute;
      const auto number = rule.period_of(time);
      if (number >= first && (number - first) % interval == 0 && has(rule.hours, hour) &&
          rule.matches(day))
        periods[number].push_back(time);
    }
  std::vector<local_seconds> found;
  for (const auto& [number, times] : periods)
    for (long i = 0, total = static_cast<long>(times.size()); i < total; ++i) {
      const auto time = times[static_cast<std::size_t>(i)];
      if ((positions.empty() || has(positions, i + 1) || has(positions, i - total)) &&
          time >= start && time < today + length)
        found.push_back(time);
    }
  return found;
}

} // namespace warmfront::testing
