#include "actors/recurring/rrule.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string>
#include <utility>

namespace warmfront {

namespace {

struct list_part {
  std::string_view name;
  std::vector<int> rrule::*values;
  int min;
  int max;
  bool from_end; ///< negative numbers count from the end
  std::size_t values_max;
};

// libical has room for as many days of the month as a month has, and likewise for weeks.
constexpr std::array list_parts{
    list_part{"BYMONTH", &rrule::months, 1, 12, false, 12},
    list_part{"BYWEEKNO", &rrule::week_numbers, 1, 53, true, 53},
    list_part{"BYYEARDAY", &rrule::year_days, 1, 366, true, 366},
    list_part{"BYMONTHDAY", &rrule::month_days, 1, 31, true, 31},
    list_part{"BYHOUR", &rrule::hours, 0, 23, false, 24},
    list_part{"BYMINUTE", &rrule::minutes, 0, 59, false, 1},
    list_part{"BYSECOND", &rrule::seconds, 0, 59, false, 1},
    list_part{"BYSETPOS", &rrule::positions, 1, 366, true, 366},
};

std::string upper_case(std::string_view text) {
  std::string upper{text};
  for (auto& c : upper)
    if (c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
  return upper;
}

std::string quoted(std::string_view text) {
  return '`' + std::string{text} + '`';
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(separator, begin), text.size());
    pieces.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return pieces;
}

/// Decimal digits and nothing else.
std::optional<int> parse_digits(std::string_view text) {
  int value = 0;
  const auto end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (text.empty() || text.front() == '-' || problem != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

std::optional<int> parse_signed(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+'))
    text.remove_prefix(1);
  const auto value = parse_digits(text);
  return value && negative ? -*value : value;
}

std::optional<std::chrono::weekday> parse_weekday(std::string_view text) {
  constexpr std::array<std::string_view, 7> names{"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end())
    return std::nullopt;
  return std::chrono::weekday{static_cast<unsigned>(found - names.begin())};
}

/// `19971224T000000Z` or the same without the Z.
std::optional<rrule::last_time> parse_last_time(std::string_view text) {
  const bool is_utc = text.ends_with('Z');
  if (is_utc)
    text.remove_suffix(1);
  if (text.size() != 15 || text[8] != 'T')
    return std::nullopt;
  std::array<int, 6> fields{};
  constexpr std::array<std::pair<std::size_t, std::size_t>, 6> places{
      {{0, 4}, {4, 2}, {6, 2}, {9, 2}, {11, 2}, {13, 2}}};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto value = parse_digits(text.substr(places[i].first, places[i].second));
    if (!value)
      return std::nullopt;
    fields[i] = *value;
  }
  const auto [year, month, day, hour, minute, second] = fields;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  return rrule::last_time{std::chrono::local_days{date} + std::chrono::hours{hour} +
                              std::chrono::minutes{minute} + std::chrono::seconds{second},
                          is_utc};
}

result<rrule::frequency> parse_frequency(std::string_view value) {
  using frequency = rrule::frequency;
  constexpr std::array<std::pair<std::string_view, frequency>, 5> names{
      {{"HOURLY", frequency::hourly},
       {"DAILY", frequency::daily},
       {"WEEKLY", frequency::weekly},
       {"MONTHLY", frequency::monthly},
       {"YEARLY", frequency::yearly}}};
  for (const auto& [name, freq] : names)
    if (value == name)
      return freq;
  if (value == "SECONDLY" || value == "MINUTELY")
    return rrule_error("FREQ=" + std::string{value} + " is too often",
                       "fire at most once an hour, with FREQ=HOURLY");
  return rrule_error("FREQ=" + std::string{value} + " is unknown",
                     "use HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY");
}

class rrule_reader {
public:
  result<rrule> read(std::string_view text) {
    for (const auto part : split(text, ';')) {
      const auto equals = part.find('=');
      if (equals == std::string_view::npos)
        return rrule_error(quoted(part) + " is no part of a rule",
                           "write NAME=VALUE, with one `;` between two of them");
      WARMFRONT_TRY(read_part(part.substr(0, equals), part.substr(equals + 1)));
    }
    if (!seen_.contains("FREQ"))
      return rrule_error("the rule does not say how often", "begin with FREQ=, as in FREQ=DAILY");
    return std::move(rule_);
  }

private:
  result<void> read_part(std::string_view name, std::string_view value) {
    if (!seen_.emplace(name).second)
      return rrule_error(quoted(name) + " is there twice", "leave one of them out");
    for (const auto& part : list_parts)
      if (name == part.name)
        return read_list(part, value);
    if (name == "FREQ") {
      WARMFRONT_TRY(freq, parse_frequency(value));
      rule_.freq = freq;
      return success();
    }
    if (name == "BYDAY")
      return read_weekdays(value);
    if (name == "UNTIL")
      return read_until(value);
    if (name == "WKST")
      return read_week_start(value);
    if (name == "COUNT" || name == "INTERVAL")
      return read_number(name, value);
    if (name.starts_with("RRULE:"))
      return rrule_error("the rule begins with its name", "leave `RRULE:` out");
    return rrule_error(quoted(name) + " is unknown here",
                       "use FREQ, INTERVAL, COUNT, UNTIL, WKST and the BY parts of RFC 5545");
  }

  result<void> read_list(const list_part& part, std::string_view value) {
    std::set<int> values;
    for (const auto piece : split(value, ',')) {
      const auto number = part.from_end ? parse_signed(piece) : parse_digits(piece);
      const auto size = number ? std::abs(*number) : -1;
      if (size < part.min || size > part.max)
        return rrule_error(std::string{part.name} + " cannot have the value " + quoted(piece),
                           "use numbers from " + std::to_string(part.min) + " to " +
                               std::to_string(part.max) +
                               (part.from_end ? ", negative ones to count from the end" : ""));
      values.insert(*number);
    }
    if (values.size() > part.values_max)
      return rrule_error(
          std::string{part.name} + " has more than " + std::to_string(part.values_max) + " value" +
              (part.values_max == 1 ? ", which is more often than once an hour" : "s"),
          "leave some out");
    (rule_.*part.values).assign(values.begin(), values.end());
    return success();
  }

  result<void> read_weekdays(std::string_view value) {
    for (const auto piece : split(value, ',')) {
      const auto digits = piece.size() < 2 ? 0 : piece.size() - 2;
      const auto day = parse_weekday(piece.substr(digits));
      const auto position = digits == 0 ? 0 : parse_signed(piece.substr(0, digits)).value_or(0);
      if (!day || (digits != 0 && (position == 0 || std::abs(position) > 53)))
        return rrule_error("BYDAY cannot have the value " + quoted(piece),
                           "use MO, TU, WE, TH, FR, SA and SU, with a number in front for the "
                           "n-th (2MO) or n-th last (-1FR) of a month or year");
      rule_.weekdays.push_back({position, *day});
    }
    const auto order = [](const rrule::day_of_week& x) {
      return std::pair{x.day.c_encoding(), x.position};
    };
    auto& days = rule_.weekdays;
    std::sort(days.begin(), days.end(),
              [&](const auto& a, const auto& b) { return order(a) < order(b); });
    days.erase(std::unique(days.begin(), days.end()), days.end());
    return success();
  }

  result<void> read_until(std::string_view value) {
    rule_.until = parse_last_time(value);
    if (!rule_.until)
      return rrule_error("UNTIL cannot have the value " + quoted(value),
                         "write a date and time as 20261231T235959 (local) or "
                         "20261231T225959Z (UTC)");
    return success();
  }

  result<void> read_week_start(std::string_view value) {
    const auto day = parse_weekday(value);
    if (!day)
      return rrule_error("WKST cannot have the value " + quoted(value),
                         "use one of MO, TU, WE, TH, FR, SA and SU");
    rule_.week_start = *day;
    return success();
  }

  result<void> read_number(std::string_view name, std::string_view value) {
    const auto number = parse_digits(value).value_or(0);
    if (number < 1)
      return rrule_error(std::string{name} + " cannot have the value " + quoted(value),
                         "use a number from 1");
    if (name == "COUNT")
      rule_.count = static_cast<std::uint64_t>(number);
    else
      rule_.interval = number;
    return success();
  }

  rrule rule_;
  std::set<std::string, std::less<>> seen_;
};

} // namespace

error rrule_error(std::string what, std::string remedy) {
  return {errc::invalid_argument, std::move(what), std::move(remedy), "repeat.rrule"};
}

result<rrule> parse_rrule(std::string_view text) {
  if (text.size() > rrule_octets_max)
    return rrule_error("the rule has more than " + std::to_string(rrule_octets_max) + " octets",
                       "use a shorter one");
  WARMFRONT_TRY(rule, rrule_reader{}.read(upper_case(text)));
  WARMFRONT_TRY(check_rrule_parts(rule));
  return rule;
}

} // namespace warmfront
