// The days of a ledger as rows: what each of them was, and why. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/messages/operations.hpp"
#include "admin/api/json.hpp"

namespace warmfront::admin {

/// What a day of a ledger is beside the day before.
struct day_decision {
  std::string_view what; ///< `advanced`, `repeated`, `lowered`, `blocked`, `restarted`, `set`
  std::string why;
};
/// `before` is the last day with mail before it; null: none is known.
[[nodiscard]] day_decision decide(const ledger_day& day, const ledger_day* before);

/// Rows in order of their days; with a provider, of its limit alone. Null where nobody knows.
[[nodiscard]] ordered_json rows_of(const std::vector<ledger_day>& days,
                                   const std::string& provider);

/// Adds another node's rows: equal days are one, with what both counted.
void add_rows(ordered_json& to, const ordered_json& more);

/// The present day as a report tells it.
[[nodiscard]] ledger_day as_ledger_day(const ledger_report& report);

[[nodiscard]] ordered_json to_json(const ledger_outlook& value);

} // namespace warmfront::admin
