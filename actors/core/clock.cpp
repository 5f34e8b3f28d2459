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

} // namespace warmfront
