// When a send task fires: once, in equal intervals, or by an RFC 5545 rule in a time zone.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"

namespace warmfront {

/// What happens to an occurrence whose moment passed without it being fired; see `due`.
enum class misfire_policy : std::uint8_t {
  skip,     ///< late ones are not fired
  once,     ///< of the late ones only the latest is fired
  catch_up, ///< all late ones are fired, in order
};

/// When something happens. A value; `check` says whether it means anything.
struct recurrence {
  /// At `start_at` and never again. Has no end.
  struct once {
    friend bool operator==(const once&, const once&) = default;
  };
  /// At `start_at` and then after each interval of elapsed time: no time zone, no daylight saving.
  struct every {
    std::chrono::hours interval{24}; ///< 1 h to 366 days
    friend bool operator==(const every&, const every&) = default;
  };
  /// By a rule of RFC 5545 §3.3.10. `start_at`, read in the time zone, is its DTSTART; it is the
  /// first occurrence only if the rule matches it, else the first that matches is.
  struct by_rule {
    std::string rrule;            ///< `FREQ=WEEKLY;BYDAY=MO,TH`, without `RRULE:`; <= 500 octets
    std::string timezone = "UTC"; ///< of the IANA database
    friend bool operator==(const by_rule&, const by_rule&) = default;
  };

  wall_time start_at; ///< in whole seconds when there is a rule; from 1970 to 2099
  std::variant<once, every, by_rule> repeat = once{};
  std::optional<wall_time> until;     ///< no occurrence after it; excludes `count`
  std::optional<std::uint64_t> count; ///< of occurrences in all, >= 1
  misfire_policy misfire = misfire_policy::once;

  friend bool operator==(const recurrence&, const recurrence&) = default;
};

/// One firing. The same on every node with the same time zone database.
struct occurrence {
  std::uint64_t number = 0; ///< 0 is the first one at or after `start_at`; none is left out
  wall_time at;             ///< later than that of every smaller number
  friend bool operator==(const occurrence&, const occurrence&) = default;
};

/// A rule that is quiet for so long after an occurrence has ended; one that is quiet for so long
/// after `start_at` never fires and is refused. Nothing at all fires after the year 2199.
inline constexpr std::chrono::days quiet_max{3'660};

/// Whether it fires at least once and keeps within the limits of what can be computed. Refused,
/// besides what RFC 5545 forbids: more than one occurrence an hour; RSCALE and SKIP (RFC 7529); an
/// end in two places; UNTIL without a time; a leap second; and the few combinations of BY parts
/// that `README.md` lists.
/// @returns `errc::invalid_argument` with a field of `start_at`, `repeat.every`, `repeat.rrule`,
/// `repeat.timezone`, `repeat.until` or `repeat.count`, and what to write instead.
///
/// The time of a rule is local. One that the clocks skip fires as far after the moment at which
/// they were put forward as it is inside the gap (RFC 5545 §3.3.5: with the offset before the
/// gap); one that they show twice fires at the first of both, once. Two times of a rule that fall
/// on one moment are one occurrence. UNTIL is local, or in UTC with a Z. After 2037 a zone keeps
/// the offset that it ends that year with.
[[nodiscard]] result<void> check(const recurrence& what);

/// Up to `limit` occurrences with `at` > `after`, in order. Those of a rule are counted from
/// `start_at`, for at most 1.5 ms a year. Fails as `check` does, but is empty for
/// what never fires.
[[nodiscard]] result<std::vector<occurrence>> next_occurrences(const recurrence& what,
                                                               wall_time after, std::size_t limit);

/// Up to `limit` occurrences that follow `last`, which is one of this recurrence; the cost does not
/// depend on how long it has been running. Should the time zone's rules have changed since, so
/// that `last.at` is none of its moments any more, then those with greater numbers.
[[nodiscard]] result<std::vector<occurrence>>
next_occurrences(const recurrence& what, const occurrence& last, std::size_t limit);

} // namespace warmfront
