#include "actors/core/clock.hpp"

#include <ctime>

#include <fmt/core.h>

namespace warmfront {

namespace {

std::tm calendar(wall_time when) {
  const auto whole = std::chrono::floor<seconds>(when);
  const std::time_t since_epoch = whole.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&since_epoch, &parts);
  return parts;
}

} // namespace

wall_time system_clock::wall_now() const {
  return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
}

steady_time system_clock::steady_now() const {
  return std::chrono::steady_clock::now();
}

std::string to_rfc3339(wall_time when) {
  const auto parts = calendar(when);
  const auto millis = std::chrono::floor<milliseconds>(when - std::chrono::floor<seconds>(when));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     millis.count());
}

std::string to_date(utc_day day) {
  return to_rfc3339(day).substr(0, std::string_view{"2026-11-24"}.size());
}

std::string to_rfc5322(wall_time when) {
  // Names are fixed by the RFC: strftime would follow the locale.
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto parts = calendar(when);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", days[parts.tm_wday],
                     parts.tm_mday, months[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour,
                     parts.tm_min, parts.tm_sec);
}

namespace {

/// Takes a number of exactly so many digits off the front of a text.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  int number = 0;
  if (text.size() < count)
    return std::nullopt;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9')
      return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what))
    return false;
  text.remove_prefix(what.size());
  return true;
}

/// A fraction of a second, if there is one; more than six digits are cut.
std::optional<microseconds> take_fraction(std::string_view& text) {
  if (!take(text, "."))
    return microseconds{0};
  std::int64_t micros = 0;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1))
    if (++digits <= 6)
      micros = micros * 10 + (text.front() - '0');
  for (auto missing = digits; missing < 6; ++missing)
    micros *= 10;
  return digits == 0 ? std::nullopt : std::optional{microseconds{micros}};
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take(text, "Z") || take(text, "z"))
    return std::chrono::minutes{0};
  const int sign = take(text, "+") ? 1 : take(text, "-") ? -1 : 0;
  const auto hours = take_digits(text, 2);
  const bool colon = take(text, ":");
  const auto minutes = take_digits(text, 2);
  if (sign == 0 || !hours || !colon || !minutes || *hours > 23 || *minutes > 59)
    return std::nullopt;
  return sign * (std::chrono::hours{*hours} + std::chrono::minutes{*minutes});
}

} // namespace

std::optional<wall_time> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const auto y = take_digits(text, 4);
  const bool dash = take(text, "-");
  const auto m = take_digits(text, 2);
  const bool dash2 = take(text, "-");
  const auto d = take_digits(text, 2);
  const bool t = take(text, "T") || take(text, "t");
  const auto hour = take_digits(text, 2);
  const bool colon = take(text, ":");
  const auto minute = take_digits(text, 2);
  const bool colon2 = take(text, ":");
  const auto second = take_digits(text, 2);
  if (!y || !dash || !m || !dash2 || !d || !t || !hour || !colon || !minute || !colon2 || !second)
    return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  const auto fraction = take_fraction(text);
  const auto offset = fraction ? take_offset(text) : std::nullopt;
  if (!offset || !text.empty() || !date.ok() || *y < 1970 || *hour > 23 || *minute > 59 ||
      *second > 60)
    return std::nullopt;
  return wall_time{sys_days{date}.time_since_epoch()} + hours{*hour} + minutes{*minute} +
         seconds{*second} + *fraction - *offset;
}

std::optional<utc_day> parse_date(std::string_view text) {
  const auto when = parse_rfc3339(std::string{text} + "T00:00:00Z");
  return when ? std::optional{day_of(*when)} : std::nullopt;
}

} // namespace warmfront
