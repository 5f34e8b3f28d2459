// What the clocks of a time zone show.
#pragma once

#include <chrono>
#include <string>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"

namespace date {
class time_zone;
}

namespace warmfront {

/// A time zone of the system's database. A value; thread-safe.
class zone_time {
public:
  struct moment {
    wall_time at;
    std::chrono::local_seconds reading; ///< at that moment; later than asked for inside a gap
  };

  /// Fails with `invalid_argument`, field `repeat.timezone`.
  [[nodiscard]] static result<zone_time> named(const std::string& name);

  /// What the clocks show, in whole seconds.
  [[nodiscard]] std::chrono::local_seconds reading(wall_time when) const;
  /// When they show it for the first time. For what they skip: when they would, had they not been
  /// put forward (RFC 5545 §3.3.5).
  [[nodiscard]] moment first_moment(std::chrono::local_seconds reading) const;

private:
  explicit zone_time(const date::time_zone& zone) : zone_{&zone} {}

  const date::time_zone* zone_; ///< of the process's database, which never goes
};

} // namespace warmfront
