// When the next backup is due. Pure.
#pragma once

#include <optional>

#include "actors/core/clock.hpp"

namespace warmfront {

class backup_schedule {
public:
  /// @param every between the beginnings of two backups; 0: only on demand
  explicit backup_schedule(milliseconds every) : every_{every} {}

  /// A backup that was made, by this process or an earlier one, was begun then.
  void made(wall_time begun);
  /// One failed: the next is tried sooner, but not at once.
  void failed(wall_time at) { failed_at_ = at; }

  /// A backup that seems to be of the future was made before the clock was set back: it counts as
  /// none.
  [[nodiscard]] bool is_due(wall_time now) const;

private:
  milliseconds every_;
  std::optional<wall_time> made_at_;
  std::optional<wall_time> failed_at_;
};

} // namespace warmfront
