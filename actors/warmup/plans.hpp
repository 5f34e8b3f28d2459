// Warm-up plans: how many mails a day of a ledger may carry, and how its days go.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/messages/plan.hpp"
#include "actors/warmup/day_rule.hpp"

namespace warmfront {

/// `standard` (20 days, 500 to 1 000 000), `conservative` (a factor of about 1.4 a day over the
/// same range, spread over the day, unused days repeated) and `warm` (no limit). They cannot be
/// changed or deleted.
[[nodiscard]] const std::vector<plan>& built_in_plans();

/// The limit on a day of the plan, counted from 1; after the last day its limit stays.
/// None: no limit.
[[nodiscard]] std::optional<std::uint64_t> limit_on(const std::vector<std::uint64_t>& days,
                                                    std::uint32_t position);
[[nodiscard]] inline std::optional<std::uint64_t> limit_on(const plan& of, std::uint32_t position) {
  return limit_on(of.days, position);
}

/// Whether a plan of a user can be stored: a name of 1 to 64 lower-case letters, digits, `-`, `_`
/// that is not built in (`refused`); at most 1 000 days, each limit 1 to 10^12 and, unless
/// `allow_decrease`, none below the one before it; the same of at most 100 providers, which only a
/// plan with days may have; a time zone that there is; rates of at most 100 %.
[[nodiscard]] result<void> check_plan(const plan& value, bool allow_decrease = false);

/// A plan in force: shared by all ledgers that follow it.
struct plan_rules {
  plan value;
  day_rule days;
};
using plan_pointer = std::shared_ptr<const plan_rules>;

/// The plan with its days. Where a trial has made days shorter than 24 hours they count from the
/// ledger's start, whatever the plan says. Fails with `invalid_argument` for a time zone that this
/// machine does not know. @pre `day` > 0.
[[nodiscard]] result<plan_pointer> in_force(plan value, microseconds day);

} // namespace warmfront
