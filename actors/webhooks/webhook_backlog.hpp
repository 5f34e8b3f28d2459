// What a node keeps on its disk of webhooks: how far each has read the log of events, which events
// are to be tried again and when, and those that were given up. Pure: keys and values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "storage/event_log.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// All keys are in `family::events`, and sort by webhook, then by time.
namespace webhook_keys {
/// How far a webhook has read a stream: the number of the last event behind it.
[[nodiscard]] std::string cursor(std::uint64_t webhook, storage::event_stream stream);
[[nodiscard]] std::string progress(std::uint64_t webhook);
/// Events to be tried again, by when.
[[nodiscard]] std::string parked_prefix(std::uint64_t webhook);
[[nodiscard]] std::string parked(std::uint64_t webhook, wall_time due, std::string_view event_id);
/// Dead letters, by when they were given up.
[[nodiscard]] std::string dead_prefix(std::uint64_t webhook);
[[nodiscard]] std::string dead(std::uint64_t webhook, wall_time at, std::string_view event_id);
/// What names a dead letter among those of its webhook: its time in hexadecimal digits, a hyphen,
/// the event's id. Empty for another key.
[[nodiscard]] std::string letter_of(std::string_view dead_key);
/// The key of a letter; none for what is no such name.
[[nodiscard]] std::optional<std::string> dead_key_of(std::uint64_t webhook,
                                                     std::string_view letter);
} // namespace webhook_keys

/// Takes all of a webhook off the disk.
void remove_webhook_data(storage::batch& from, std::uint64_t webhook);

struct parked_event {
  mail_event event;
  std::uint32_t attempts = 0; ///< made
  wall_time since{};          ///< of the first one
  friend bool operator==(const parked_event&, const parked_event&) = default;
};
struct given_up_event {
  mail_event event;
  wall_time at{};
  std::string error;
  friend bool operator==(const given_up_event&, const given_up_event&) = default;
};
struct webhook_progress {
  std::optional<wall_time> last_success_at;
  std::optional<wall_time> failing_since;
  std::string last_error;
  friend bool operator==(const webhook_progress&, const webhook_progress&) = default;
};

[[nodiscard]] std::string encode(const parked_event& value);
[[nodiscard]] result<parked_event> decode_parked_event(std::string_view octets);
[[nodiscard]] std::string encode(const given_up_event& value);
[[nodiscard]] result<given_up_event> decode_given_up_event(std::string_view octets);
[[nodiscard]] std::string encode(const webhook_progress& value);
[[nodiscard]] result<webhook_progress> decode_webhook_progress(std::string_view octets);

} // namespace warmfront
