// When will a mail get its permits? The rules of the ledgers, run ahead.
#pragma once

#include "actors/messages/messages.hpp"
#include "actors/warmup/ledger_book.hpp"

namespace warmfront {

/// The answer for a mail with `ahead` others before it, which all use the same sources and sender
/// domain. No time when every source is paused, the sender domain is paused, there is no source, or
/// the plans in force do not get there in 10 000 days.
[[nodiscard]] release_forecast forecast(const ledger_book& book, const forecast_release& question,
                                        wall_time now);

} // namespace warmfront
