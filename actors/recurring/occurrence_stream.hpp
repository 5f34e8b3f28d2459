// The occurrences of a recurrence, one after the other.
#pragma once

#include <cstdint>
#include <optional>

#include "actors/recurring/recurrence.hpp"
#include "actors/recurring/rrule_moments.hpp"

namespace warmfront {

class occurrence_stream {
public:
  /// From the first occurrence on. Fails when a rule or its zone cannot be read, see `check`.
  [[nodiscard]] static result<occurrence_stream> from_start(const recurrence& what);
  /// Those that follow `last`, or all of them; see `next_occurrences`.
  [[nodiscard]] static result<occurrence_stream> after(const recurrence& what,
                                                       const std::optional<occurrence>& last);

  std::optional<occurrence> next();
  /// Passes over what is before `when`, as far as arithmetic can.
  void skip(wall_time when);

private:
  /// That of a rule begins at some time before `from`.
  static result<occurrence_stream> begin(const recurrence& what, wall_time from);

  [[nodiscard]] std::optional<wall_time> next_moment();

  wall_time start_at_;
  wall_time until_;
  std::uint64_t count_ = 0;
  microseconds interval_{1}; ///< used when there is no rule
  std::optional<rrule_moments> rule_;
  std::uint64_t number_ = 0; ///< of the next one
};

} // namespace warmfront
