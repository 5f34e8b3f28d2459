// What a segment of an occurrence becomes: a mail merge. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/core/envelope.hpp"
#include "actors/messages/groups.hpp"
#include "actors/messages/tasks.hpp"
#include "actors/messages/templates.hpp"
#include "storage/mail_merge.hpp"

namespace warmfront {

/// How much of a task waits on this node.
struct lane_backlog {
  std::uint64_t waiting = 0;
  bool is_open = true; ///< nothing is known that keeps it from being sent
};

/// How many segments of a task a node takes: more and more while they are sent faster than they
/// come, one where the lane is shut, to find out when it opens. So a node neither runs dry nor
/// holds more than a few thousand recipients of a task, whatever the size of its list.
class expansion_pace {
public:
  [[nodiscard]] std::size_t next(const lane_backlog& present);

private:
  std::size_t segments_ = 1;
};

/// Whether a template can be sent to a group, as far as this can be known of all of it at once:
/// `invalid_argument` for a name that neither the group nor the task's own variables have.
[[nodiscard]] result<void> check_variables(const std::vector<std::string>& required, const task& of,
                                           const group_report& group);

/// What a mail merge has in common for all of its recipients. The task's subject, when it has one,
/// replaces the template's.
[[nodiscard]] storage::mail_merge merge_of(const task& of, template_source content);

/// Its envelope: failures are told by the task's figures, not by notifications to its sender.
[[nodiscard]] result<envelope> envelope_of(const task& of, const storage::mail_merge& merge);

} // namespace warmfront
