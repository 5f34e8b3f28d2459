// Warm-up plans: how many mails a day of a ledger may carry.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/messages/reports.hpp"

namespace warmfront {

/// `standard` (20 days, 500 to 1 000 000), `conservative` (a factor of about 1.4 a day over the
/// same range) and `warm` (no limit). They cannot be changed or deleted.
[[nodiscard]] const std::vector<plan>& built_in_plans();

/// The limit on a day of the plan, counted from 1; after the last day its limit stays.
/// None: no limit.
[[nodiscard]] std::optional<std::uint64_t> limit_on(const plan& of, std::uint32_t position);

/// Whether a plan of a user can be stored: a name of 1 to 64 lower-case letters, digits, `-`, `_`
/// that is not built in (`refused`), at most 1 000 days, each limit 1 to 10^12.
[[nodiscard]] result<void> check_plan(const plan& value);

} // namespace warmfront
