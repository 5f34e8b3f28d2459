// What the days of a ledger to come look like, and what a change of it would make of them.
#pragma once

#include "actors/messages/operations.hpp"
#include "actors/warmup/ledger_book.hpp"

namespace warmfront {

/// Changes nothing: the change is made to a copy, by the code that would make it. `not_found` as
/// for the change itself; `invalid_argument` for a day that no plan has.
[[nodiscard]] result<ledger_preview> preview(const ledger_book& book,
                                             const preview_ledger& question, wall_time now);

} // namespace warmfront
