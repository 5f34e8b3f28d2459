// Which messages are looked for, and what was found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/messages/reports.hpp"

namespace warmfront {

/// Newest first. `after` continues below an id; empty filters match all. All that concern a
/// recipient have to hold for one and the same.
struct list_messages {
  std::string to;
  std::string from;
  std::optional<recipient_state> state;
  std::optional<message_id> after;
  std::uint32_t limit = 50; ///< at most 500
  pool_name pool = {};
  provider_name provider = {}; ///< of the last attempt
  task_id task = task_id::none;
  account_name account = {};
  std::string id_prefix = {};          ///< hexadecimal digits that the id begins with
  std::string header_id = {};          ///< the Message-ID in its header
  std::optional<wall_time> since = {}; ///< accepted then or later, …
  std::optional<wall_time> until = {}; ///< … and before this
};
struct message_page {
  std::vector<message_report> items;
  std::optional<message_id> next; ///< none: the list is complete
  /// Whether all was looked at up to `next`, or to the end. Else the time for one answer was over
  /// before the page was full: it goes on after `next`.
  bool is_whole = true;
};

} // namespace warmfront
