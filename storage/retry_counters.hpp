// Counters of recipients that an attempt has left waiting. Pure: keys of `family::counters`.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/ids.hpp"
#include "storage/spool.hpp"

namespace warmfront::storage {

/// Recipients that an attempt left waiting. Receivers without a name of their own are one group, so
/// that there are few.
struct retry_group {
  pool_name pool;
  provider_name provider; ///< as it is counted: `other` for one without a name
  mail_class importance = mail_class::triggered;
  friend auto operator<=>(const retry_group&, const retry_group&) = default;
};

/// All such counters start with this.
inline constexpr std::string_view retry_counters_prefix = "retries/";

[[nodiscard]] retry_group retry_group_of(const spooled_message& message,
                                         const recipient_record& record);
/// The key of the group's counter.
[[nodiscard]] std::string encode(const retry_group& value);
[[nodiscard]] std::optional<retry_group> parse_retry_group(std::string_view key);

/// The counter of the group that the recipient belongs to. Whoever puts a recipient into the
/// deferred index, or takes it out, adds to it in the same batch.
[[nodiscard]] std::string retry_counter_key(const spooled_message& message,
                                            const recipient_record& record);

} // namespace warmfront::storage
