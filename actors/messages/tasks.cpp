#include "actors/messages/tasks.hpp"

namespace warmfront {

std::string_view to_string(task_state state) noexcept {
  switch (state) {
  case task_state::active:
    return "active";
  case task_state::paused:
    return "paused";
  case task_state::cancelled:
    return "cancelled";
  case task_state::finished:
    return "finished";
  }
  return "unknown";
}

std::optional<task_state> parse_task_state(std::string_view text) noexcept {
  for (const auto state :
       {task_state::active, task_state::paused, task_state::cancelled, task_state::finished})
    if (text == to_string(state))
      return state;
  return std::nullopt;
}

std::string_view to_string(occurrence_state state) noexcept {
  switch (state) {
  case occurrence_state::sending:
    return "sending";
  case occurrence_state::finished:
    return "finished";
  case occurrence_state::cancelled:
    return "cancelled";
  case occurrence_state::failed:
    return "failed";
  }
  return "unknown";
}

outcome_counts& outcome_counts::operator+=(const outcome_counts& other) noexcept {
  delivered += other.delivered;
  bounced += other.bounced;
  expired += other.expired;
  suppressed += other.suppressed;
  cancelled += other.cancelled;
  return *this;
}

} // namespace warmfront
