// The days of a rule, expanded by libical.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "actors/recurring/rrule.hpp"

struct icalrecur_iterator_impl;

namespace warmfront {

/// The days on which a rule could fire, in order, by FREQ and the BY parts that are about days,
/// as if INTERVAL were 1 and without BYSETPOS, and more days than that: `rrule_times` sees to the
/// rest. Each one costs up to 3 us, each gap of a year up to 10 us. Threads may each have their
/// own.
class rrule_days {
public:
  /// @pre `rule` has what `with_defaults` fills in. Begins not after the first day of the year,
  /// month or week that `from` is in, so that nothing of that period is missing; goes on for
  /// centuries.
  rrule_days(const rrule& rule, std::chrono::local_days from);

  std::optional<std::chrono::local_days> next();

private:
  struct iterator_free {
    void operator()(icalrecur_iterator_impl* iterator) const noexcept;
  };

  std::optional<std::chrono::local_days> every_day_; ///< the next one, when all days are meant
  std::unique_ptr<icalrecur_iterator_impl, iterator_free> iterator_; ///< null: no days (any more)
};

/// The rule with what it leaves to DTSTART (RFC 5545 §3.3.10) written out.
[[nodiscard]] rrule with_defaults(rrule rule, std::chrono::local_seconds start);

/// The first day of the week of `day`.
[[nodiscard]] std::chrono::local_days week_begin(std::chrono::local_days day,
                                                 std::chrono::weekday week_start);

} // namespace warmfront
