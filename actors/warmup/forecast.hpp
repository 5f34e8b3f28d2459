// When will mail have its permits? The rules of the ledgers, run ahead.
#pragma once

#include "actors/messages/messages.hpp"
#include "actors/warmup/ledger_book.hpp"

namespace warmfront {

/// The answer for a mail with `ahead` others before it, which all use the same sources and sender
/// domain. No time when every source or the sender domain is paused or lacks its plan, there is no
/// source, or the plans in force do not get there in 10 000 days.
[[nodiscard]] release_forecast forecast(const ledger_book& book, const forecast_release& question,
                                        wall_time now);

/// How a batch goes out, day by day, after what waits before it. All mail is taken to be received
/// well, and nothing else to be sent: each day is used, levels are raised. No time to finish as
/// above.
[[nodiscard]] batch_forecast forecast(const ledger_book& book, const forecast_batch& question,
                                      wall_time now);

} // namespace warmfront
