// Warm-up plans as values: what users write and ledgers follow.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/ids.hpp"

namespace warmfront {

/// What moves a ledger along its plan.
enum class plan_advance : std::uint8_t {
  calendar, ///< every day is the plan's next day
  on_use,   ///< a day that was used too little is repeated
  level,    ///< only delivery quality: raised, lowered and blocked by thresholds
};
[[nodiscard]] std::string_view to_string(plan_advance advance) noexcept;
[[nodiscard]] std::optional<plan_advance> parse_plan_advance(std::string_view text) noexcept;

/// When in a day its permits may be used.
enum class plan_spread : std::uint8_t {
  none, ///< all of them at once
  even, ///< over the day; what was not used in time can be used later
};
[[nodiscard]] std::string_view to_string(plan_spread spread) noexcept;
[[nodiscard]] std::optional<plan_spread> parse_plan_spread(std::string_view text) noexcept;

/// Thousandths of a percent: exact for what users write (0.1 % is 100).
using rate = std::uint32_t;
inline constexpr rate percent = 1000;

/// What a day's delivery quality has to be. Rates are of the recipients with an outcome that day,
/// but for `raise_used`, which is of the day's limit. `above` and `below` exclude the bound.
struct quality_thresholds {
  rate raise_used = 70 * percent; ///< a day counts as used from here on
  // Raised when all of these hold …
  rate raise_invalid = 5 * percent;    ///< below
  rate raise_delivered = 92 * percent; ///< above
  rate raise_spam = 2500;              ///< below
  rate raise_complaints = 100;         ///< below
  // … or all of these.
  rate engaged_delivered = 90 * percent; ///< above
  rate engaged_complaints = 100;         ///< below
  rate engaged_opened = 50 * percent;    ///< above
  /// Lowered and blocked only when more recipients than this have an outcome.
  std::uint32_t judged_above = 300;
  rate lower_invalid = 9 * percent;    ///< above
  rate lower_delivered = 65 * percent; ///< below
  rate lower_spam = 5 * percent;       ///< above
  rate lower_complaints = 500;         ///< above
  rate block_invalid = 11 * percent;   ///< above
  rate block_spam = 15 * percent;      ///< above
  friend bool operator==(const quality_thresholds&, const quality_thresholds&) = default;
};

/// A threshold by its name, for those who read and write them all. Append only: the order is the
/// stored one.
struct threshold_field {
  std::string_view name;
  std::uint32_t quality_thresholds::*value;
  bool is_rate = true; ///< else a count
};
inline constexpr std::array<threshold_field, 15> threshold_fields{{
    {"raise_used", &quality_thresholds::raise_used},
    {"raise_invalid", &quality_thresholds::raise_invalid},
    {"raise_delivered", &quality_thresholds::raise_delivered},
    {"raise_spam", &quality_thresholds::raise_spam},
    {"raise_complaints", &quality_thresholds::raise_complaints},
    {"engaged_delivered", &quality_thresholds::engaged_delivered},
    {"engaged_complaints", &quality_thresholds::engaged_complaints},
    {"engaged_opened", &quality_thresholds::engaged_opened},
    {"judged_above", &quality_thresholds::judged_above, false},
    {"lower_invalid", &quality_thresholds::lower_invalid},
    {"lower_delivered", &quality_thresholds::lower_delivered},
    {"lower_spam", &quality_thresholds::lower_spam},
    {"lower_complaints", &quality_thresholds::lower_complaints},
    {"block_invalid", &quality_thresholds::block_invalid},
    {"block_spam", &quality_thresholds::block_spam},
}};

/// In `plan::providers`: every provider that is not named, each for itself.
inline const provider_name every_other_provider{"*"};

/// A warm-up plan: the limit of each day; after the last day its limit stays.
struct plan {
  plan_name name;
  std::vector<std::uint64_t> days; ///< empty: no limit
  bool built_in = false;
  plan_advance advance = plan_advance::calendar;
  plan_spread spread = plan_spread::none;
  /// Days are calendar days there (IANA, `Europe/Berlin`); empty: 24 hours from the ledger's start.
  std::string time_zone = {};
  /// Further limits, of the recipients at one receiving provider; the days run as the plan's.
  std::map<provider_name, std::vector<std::uint64_t>> providers = {};
  quality_thresholds thresholds = {};
  friend bool operator==(const plan&, const plan&) = default;
};

} // namespace warmfront
