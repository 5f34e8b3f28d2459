// A node that was declared dead comes back: what a holder has adopted is not its own any more.
#pragma once

#include <cstdint>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// Removes this node's unfinished mails whose copy a holder had confirmed under one of the adopted
/// bonds. What the holder never confirmed is parked: it has to be asked. Blocks; for start-up,
/// before anything reads the queue. What was done is remembered: later calls with the same bonds
/// look at nothing. @returns how many mails were removed.
[[nodiscard]] result<std::uint64_t> remove_adopted(storage::store& from, std::uint16_t holder,
                                                   const std::vector<std::uint32_t>& adopted);

/// Removes a mail that is in no queue.
void remove_mail(storage::batch& to, const message_id& id);

} // namespace warmfront
