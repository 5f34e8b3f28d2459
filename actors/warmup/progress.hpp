// How a ledger moves along its plan: what its days, its use and its delivery quality make of it.
#pragma once

#include <cstdint>
#include <optional>

#include "actors/warmup/ledger_record.hpp"
#include "actors/warmup/plans.hpp"

namespace warmfront {

/// How a day of a ledger went, or goes, as far as that is known.
struct day_result {
  std::optional<std::uint64_t> limit;
  std::uint64_t used = 0;
  quality_counts quality;
};

/// What the plan allows on a day: three quarters while an early weak signal holds the ledger.
/// @pre the day is the ledger's opened one, or one of `on_day`. None: no limit.
[[nodiscard]] std::optional<std::uint64_t> limit_on_day(const ledger_record& ledger,
                                                        const plan& rule, std::uint32_t day);
/// The same of the limit of one provider's days.
[[nodiscard]] std::uint64_t limit_on_day(const ledger_record& ledger,
                                         const std::vector<std::uint64_t>& days, std::uint32_t day);

/// The ledger with a later day opened. `ended` is how its opened day went; between the two nothing
/// was sent. Moves that are more than the plan's next day are noted.
/// - `calendar`: every day is the plan's next. `on_use`: the next when `raise_used` of the limit
///   was used, else the same. `level`: one down when the ended day's quality asks for it.
/// - From the eighth day without mail on, each is one step down; after more than thirty the plan
///   starts anew.
/// - Held days are the same day of the plan, and so is the first one after them, in full.
[[nodiscard]] ledger_record on_day(const ledger_record& ledger, const plan& rule, std::uint32_t day,
                                   const day_rule& days, const day_result& ended);

/// The ledger as its opened day's quality changes it now; none: it does not.
/// - `level`: raised as soon as `raise_used` of the limit has an outcome and the quality is good,
///   again for every level; blocked for the rest of the day when it is very bad.
/// - else, on the first seven days of the plan: held for three days with three quarters of the
///   limit when the quality of a hundred outcomes is not good (an early weak signal).
[[nodiscard]] std::optional<ledger_record>
judged_today(const ledger_record& ledger, const plan& rule, const day_result& today, wall_time now);

} // namespace warmfront
