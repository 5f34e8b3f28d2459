#include "admin/tencent/naive_time.hpp"

#include <charconv>
#include <cstdint>

#include <fmt/core.h>

namespace warmfront::admin::tencent {

namespace {

/// A number of exactly so many digits at the front, which goes.
std::optional<unsigned> take_number(std::string_view& text, std::size_t digits) {
  const auto part = text.substr(0, digits);
  unsigned number = 0;
  const auto parsed = std::from_chars(part.data(), part.data() + part.size(), number);
  if (part.size() != digits || parsed.ec != std::errc{} || parsed.ptr != part.data() + digits)
    return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected)
    return false;
  text.remove_prefix(1);
  return true;
}

} // namespace

utc_day local_day_of(wall_time when, std::chrono::minutes zone) {
  return day_of(when + zone);
}

wall_time begin_of(utc_day day, std::chrono::minutes zone) {
  return wall_time{day} - zone;
}

std::optional<wall_time> parse_naive(std::string_view text, std::chrono::minutes zone) {
  constexpr std::size_t date_characters = 10;
  const auto day = parse_date(text.substr(0, date_characters));
  if (!day)
    return std::nullopt;
  text.remove_prefix(date_characters);
  if (!take(text, ' '))
    return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ':'))
    return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || !take(text, ':'))
    return std::nullopt;
  const auto seconds = take_number(text, 2);
  if (!seconds || !text.empty() || *hours > 23 || *minutes > 59 || *seconds > 59)
    return std::nullopt;
  return begin_of(*day, zone) + std::chrono::hours{*hours} + std::chrono::minutes{*minutes} +
         std::chrono::seconds{*seconds};
}

std::string to_naive(wall_time when, std::chrono::minutes zone) {
  const auto day = local_day_of(when, zone);
  const auto time = std::chrono::floor<std::chrono::seconds>(when - begin_of(day, zone));
  const std::chrono::hh_mm_ss clock{time};
  return fmt::format("{} {:02}:{:02}:{:02}", to_date(day), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

} // namespace warmfront::admin::tencent
