#include "actors/recurring/zone_time.hpp"

#include <stdexcept>

#include <date/tz.h>

namespace warmfront {

namespace {

constexpr std::size_t zone_name_octets_max = 64;

error no_such_zone(const std::string& name) {
  return {errc::invalid_argument,
          name.size() > zone_name_octets_max ? "there is no time zone of so long a name"
                                             : "there is no time zone `" + name + "`",
          "use a name of the IANA database, as Europe/Berlin or UTC", "repeat.timezone"};
}

} // namespace

result<zone_time> zone_time::named(const std::string& name) {
  // The machine's own zone is in the database, but another on each node.
  if (name.size() > zone_name_octets_max || name == "localtime")
    return no_such_zone(name);
  // The library has no look-up that does not throw.
  try {
    return zone_time{*date::locate_zone(name)};
  } catch (const std::runtime_error&) {
    return no_such_zone(name);
  }
}

std::chrono::local_seconds zone_time::reading(wall_time when) const {
  const auto whole = std::chrono::floor<seconds>(when.time_since_epoch());
  return std::chrono::local_seconds{zone_->to_local(date::sys_seconds{whole}).time_since_epoch()};
}

zone_time::moment zone_time::first_moment(std::chrono::local_seconds reading) const {
  const auto info = zone_->get_info(date::local_seconds{reading.time_since_epoch()});
  const wall_time at{reading.time_since_epoch() - info.first.offset};
  if (info.result != date::local_info::nonexistent)
    return {at, reading};
  return {at, reading + (info.second.offset - info.first.offset)};
}

} // namespace warmfront
