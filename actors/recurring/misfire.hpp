// What is fired now, and what becomes of what should have been fired before.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/recurring/recurrence.hpp"

namespace warmfront {

struct misfire_config {
  microseconds grace = std::chrono::minutes{5}; ///< an occurrence this old is on time, not late
  std::size_t fired_max = 100;                  ///< by one call, >= 1
};

/// What to do now, and what to remember.
struct due_occurrences {
  std::vector<occurrence> fire;           ///< in order
  std::uint64_t skipped = 0;              ///< late ones that are given up
  std::optional<occurrence> last_handled; ///< the last that was fired or skipped; for the next call
  std::optional<wall_time> next_at; ///< when to call again; now or before now if there is more
  friend bool operator==(const due_occurrences&, const due_occurrences&) = default;
};

/// What has become due after `last_handled` (none: nothing has been handled yet) up to `now`.
/// On-time occurrences are fired; of the late ones those that `what.misfire` says, where a late one
/// that is fired does not replace one that is on time. At most `fired_max` are fired; the rest
/// follows with the next call.
///
/// Nothing is fired twice: only numbers after that of `last_handled` count, so a clock that jumped
/// back waits until it is there again. `last_handled` is of this recurrence. To go on in the
/// middle, after a pause or (with none) after a change, call with `misfire_policy::skip` and drop
/// `fire`. Fails as `next_occurrences` does.
[[nodiscard]] result<due_occurrences> due(const recurrence& what,
                                          const std::optional<occurrence>& last_handled,
                                          wall_time now, const misfire_config& config = {});

} // namespace warmfront
