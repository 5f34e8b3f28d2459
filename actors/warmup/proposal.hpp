// How many new addresses a daily volume takes, and when they carry it. The rules of the ledgers,
// run ahead.
#pragma once

#include "actors/messages/provisioning.hpp"
#include "actors/warmup/ledger_book.hpp"

namespace warmfront {

/// As few addresses as carry, on the last day of the plan, what the present ones do not. They begin
/// `parallel` at once, each further one when an earlier one reaches its gate. Mail is taken to be
/// there every day, and to be received well. `not_found` for a plan that there is not,
/// `limit_exceeded` when it would take more than 1 000.
[[nodiscard]] result<address_proposal> propose(const ledger_book& book,
                                               const propose_addresses& question, wall_time now);

} // namespace warmfront
