// Counters of recipients that an attempt has left waiting. Pure: keys of `family::counters`.
#pragma once

#include <string>
#include <string_view>

#include "actors/core/ids.hpp"
#include "storage/spool.hpp"

namespace warmfront::storage {

/// All such counters start with this.
inline constexpr std::string_view all_retry_counters = "retries/";

/// The counter of the group that the recipient belongs to: by pool, provider and class. Whoever
/// puts a recipient into the deferred index, or takes it out, adds to it in the same batch.
[[nodiscard]] std::string retry_counter_key(const spooled_message& message,
                                            const recipient_record& record);

} // namespace warmfront::storage
