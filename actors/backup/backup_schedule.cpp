#include "actors/backup/backup_schedule.hpp"

#include <algorithm>

namespace warmfront {

namespace {

constexpr milliseconds retry_min{60'000};
constexpr milliseconds retry_max{3'600'000};
constexpr int retries_per_interval = 8;

} // namespace

void backup_schedule::made(wall_time begun) {
  made_at_ = begun;
  // One from before the failure, read from the shelf again, says nothing about the next try.
  if (failed_at_ && begun >= *failed_at_)
    failed_at_.reset();
}

bool backup_schedule::is_due(wall_time now) const {
  if (every_.count() == 0)
    return false;
  const auto waits = [now](const std::optional<wall_time>& since, milliseconds how_long) {
    return since && *since <= now && now < *since + how_long;
  };
  const auto retry =
      std::min(every_, std::clamp(every_ / retries_per_interval, retry_min, retry_max));
  return !waits(made_at_, every_) && !waits(failed_at_, retry);
}

} // namespace warmfront
