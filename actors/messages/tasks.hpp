// Send tasks: who gets what, and when; their occurrences, and the segments that are sent of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/core/chunk_id.hpp"
#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/tracking.hpp"
#include "actors/recurring/recurrence.hpp"

namespace warmfront {

/// The numbers are stored: append only.
enum class task_state : std::uint8_t {
  active = 1, ///< fires when its time comes, or is being sent
  paused,     ///< nothing begins
  cancelled,
  finished, ///< has fired for the last time, and all of it has ended
};
[[nodiscard]] std::string_view to_string(task_state state) noexcept;
[[nodiscard]] std::optional<task_state> parse_task_state(std::string_view text) noexcept;
[[nodiscard]] constexpr bool is_over(task_state state) noexcept {
  return state == task_state::cancelled || state == task_state::finished;
}

/// The numbers are stored: append only.
enum class occurrence_state : std::uint8_t {
  sending = 1,
  finished,  ///< every recipient has an outcome
  cancelled, ///< the same, some of them since it was cancelled
  failed,    ///< it could not begin: `reason`
};
[[nodiscard]] std::string_view to_string(occurrence_state state) noexcept;

/// Recipients by their outcome.
struct outcome_counts {
  std::uint64_t delivered = 0;
  std::uint64_t bounced = 0;
  std::uint64_t expired = 0;
  std::uint64_t suppressed = 0;
  std::uint64_t cancelled = 0;

  [[nodiscard]] std::uint64_t total() const noexcept {
    return delivered + bounced + expired + suppressed + cancelled;
  }
  outcome_counts& operator+=(const outcome_counts& other) noexcept;
  friend bool operator==(const outcome_counts&, const outcome_counts&) = default;
};

struct task {
  task_id id = task_id::none;
  account_name account;
  std::string key_id; ///< of the key that made it
  template_name from_template;
  group_name group;
  std::string from;    ///< a mailbox
  std::string subject; ///< replaces the template's; empty: does not
  std::vector<std::string> reply_to;
  std::vector<std::pair<std::string, std::string>> headers;  ///< further header fields
  std::map<std::string, std::string, std::less<>> variables; ///< where a recipient has none
  std::optional<chunk_id> attachments;                       ///< a mail merge that has only them
  pool_name pool;
  recurrence when;
  task_state state = task_state::active;
  std::string reason; ///< for the state
  wall_time created_at{};
  wall_time changed_at{};                 ///< of the state
  std::optional<occurrence> last_handled; ///< fired, or given up by the misfire policy
  std::uint64_t given_up = 0;             ///< by the misfire policy
  std::string request_key = {};           ///< the client's name for making it; empty: none
  std::string request_digest = {};        ///< SHA-256 of what it asked for
  std::optional<tracking> track = {};     ///< of its readers; not said: as the nodes are set up

  friend bool operator==(const task&, const task&) = default;
};

/// One firing of a task. Template and list are fixed from now on.
struct task_occurrence {
  task_id task = task_id::none;
  occurrence which;
  wall_time made_at{};
  occurrence_state state = occurrence_state::sending;
  std::string reason;
  std::uint32_t template_version = 0;
  chunk_id content; ///< of the template
  std::uint32_t group_version = 0;
  chunk_id list; ///< the manifest of the recipients
  std::uint64_t recipients = 0;
  std::uint32_t segments = 0;
  std::uint32_t next_segment = 0;      ///< nobody has claimed this one or a later one
  std::vector<std::uint32_t> released; ///< earlier ones that are to be claimed again
  outcome_counts ended;                ///< of segments that have ended
  std::optional<wall_time> finished_at;

  friend bool operator==(const task_occurrence&, const task_occurrence&) = default;
};

/// A segment of an occurrence that a node is sending.
struct task_segment {
  task_id task = task_id::none;
  std::uint64_t occurrence = 0; ///< its number
  std::uint32_t number = 0;
  node_name node;
  bool expanded = false; ///< its message is durable, and what it holds is sent by that node alone
  message_id message;    ///< all its recipients
  std::uint32_t recipients = 0;

  friend bool operator==(const task_segment&, const task_segment&) = default;
};

/// How it stands with the recipients of segments that this node is sending.
struct live_progress {
  outcome_counts ended;
  std::uint64_t waiting = 0;  ///< for their turn or for a permit
  std::uint64_t deferred = 0; ///< for another attempt
};

/// A task with what has become of it.
struct task_report {
  task value;
  std::vector<task_occurrence> occurrences;    ///< the last ones, newest first
  std::vector<task_segment> segments;          ///< being sent
  std::vector<occurrence> next;                ///< that will fire, when asked for
  std::map<std::uint64_t, live_progress> live; ///< by occurrence, when asked for; of this node
};

struct create_task {
  task value; ///< `id`, state and times are not looked at
};
enum class task_change : std::uint8_t { pause, resume, cancel };
struct act_on_task {
  task_id id = task_id::none;
  account_name account; ///< of whom it must be; empty: of anybody
  task_change what = task_change::pause;
  std::string reason = {}; ///< of a pause; empty: by hand
};
struct delete_task {
  task_id id = task_id::none;
  account_name account;
};
struct list_tasks {
  task_id id = task_id::none; ///< none: all
  account_name account;       ///< empty: of all
  std::size_t next = 0;       ///< how many occurrences to look ahead
  bool live = false;          ///< with how it stands on this node
};
struct preview_recurrence {
  recurrence when;
  std::size_t count = 10;
};

} // namespace warmfront
