// What is done by hand with many mails that wait.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"

namespace warmfront {

/// The numbers are stored: append only.
enum class queue_action : std::uint8_t {
  retry = 1, ///< who waits for another attempt is due now
  expire,    ///< is given up; its sender hears of it as the rules say
  cancel,    ///< is given up without a word
};
[[nodiscard]] std::string_view to_string(queue_action action) noexcept;
[[nodiscard]] std::optional<queue_action> parse_queue_action(std::string_view text) noexcept;

/// Which recipients that wait; what is empty holds for all.
struct queue_filter {
  pool_name pool;
  provider_name provider; ///< of the last attempt, or whose limit it waits for
  /// What they wait for: `backoff`, `schedule`, `task`, `ledger`, `pool` or `queue`.
  std::string reason;
  domain_name sender_domain;
  task_id task = task_id::none;
  std::optional<wall_time> accepted_before;
  friend bool operator==(const queue_filter&, const queue_filter&) = default;
};

/// Admin → delivery: what an action would touch on this node. Answered within 5 s.
struct count_waiting {
  queue_action action = queue_action::retry;
  queue_filter filter;
};
struct waiting_sample {
  message_id message;
  std::string from;
  std::string recipient;
  wall_time accepted_at{};
  std::string last_reply;
};
struct waiting_counts {
  std::uint64_t messages = 0;
  std::uint64_t recipients = 0;
  std::optional<wall_time> oldest; ///< acceptance
  std::vector<waiting_sample> sample;
  bool complete = true; ///< false: so much was counted when the time was over
};

/// Admin → delivery: begins on this node, at most once for an id; answered when it will go on after
/// a restart, too. What is on its way this moment, and what comes later, is left alone.
struct start_queue_action {
  std::string id;
  queue_action action = queue_action::retry;
  queue_filter filter;
  std::string by;             ///< the key that asked
  std::uint64_t expected = 0; ///< recipients that were counted before
};
/// Admin → delivery.
struct show_queue_action {
  std::string id;
};
struct queue_action_report {
  std::string id;
  queue_action action = queue_action::retry;
  queue_filter filter;
  std::string by;
  std::uint64_t expected = 0;
  std::uint64_t recipients = 0; ///< acted upon so far
  std::uint64_t busy = 0;       ///< left alone: on their way when their turn came
  wall_time started_at{};
  std::optional<wall_time> finished_at; ///< none: it goes on
};

/// Admin → delivery: who waits for another attempt is due now.
struct retry_message {
  message_id id;
};

} // namespace warmfront
