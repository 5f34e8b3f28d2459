// What admin's commands change in the control store. Each builds a transaction against what the
// book has seen; without changes there is nothing to do.
#pragma once

#include "actors/messages/messages.hpp"
#include "actors/warmup/ledger_book.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// Starts a ledger now, or changes its plan: its day, its position in the plan and what was spent
/// stay. `invalid_argument` for what cannot be a subject, `not_found` for an unknown plan.
[[nodiscard]] result<storage::control_transaction>
build(const ledger_book& book, const set_ledger_plan& command, wall_time now);

/// The next three: `not_found` when the subject has no ledger.
[[nodiscard]] result<storage::control_transaction>
build(const ledger_book& book, const pause_ledger& command, wall_time now);
[[nodiscard]] result<storage::control_transaction>
build(const ledger_book& book, const resume_ledger& command, wall_time now);
/// `invalid_argument` for a day that is not 1 to 1 000 000.
[[nodiscard]] result<storage::control_transaction>
build(const ledger_book& book, const set_ledger_day& command, wall_time now);

/// Fails as `check_plan` does.
[[nodiscard]] result<storage::control_transaction> build(const ledger_book& book,
                                                         const put_plan& command);
/// `refused` for a built-in plan, `not_found`, `conflict` while a ledger uses it.
[[nodiscard]] result<storage::control_transaction> build(const ledger_book& book,
                                                         const delete_plan& command);

} // namespace warmfront
