// An action by hand on many mails, as this node remembers its part of it: after a restart it goes
// on where it was. Doing a piece twice changes nothing. Pure.
#pragma once

#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "actors/messages/queue_actions.hpp"

namespace warmfront {

struct queue_job {
  queue_action_report report;
  std::string cursor; ///< the first entry of the queue that was not looked at

  friend bool operator==(const queue_job& a, const queue_job& b);
};

/// So many are remembered; finished ones are forgotten, the oldest first.
inline constexpr std::size_t queue_jobs_max = 100;

/// In the spool's family.
[[nodiscard]] std::string queue_job_key(std::string_view id);
[[nodiscard]] std::string queue_job_prefix();

[[nodiscard]] std::string encode(const queue_job& value);
/// `storage_corrupt`, or `storage_newer`.
[[nodiscard]] result<queue_job> decode_queue_job(std::string_view octets);

} // namespace warmfront
