// Lanes of tasks: they wait while their task does.

#include <utility>

#include "actors/delivery/lanes.hpp"

namespace warmfront {

bool lanes::holds(task_id task) const {
  return task != task_id::none && (!held_tasks_ || held_tasks_->contains(task));
}

void lanes::hold_tasks(std::set<task_id> held) {
  held_tasks_ = std::move(held);
  for (const auto& [where, lane] : lanes_) {
    if (where.task == task_id::none)
      continue;
    if (holds(where.task))
      drop_window(*lane);
    else
      loadable_.insert(lane.get());
  }
}

std::vector<task_backlog> lanes::task_backlogs() const {
  std::map<task_id, task_backlog> found;
  for (const auto& [where, lane] : lanes_) {
    // What asks for permits this moment may have to wait for them after all.
    const auto waits = status(where)->waiting + lane->in_hand.size();
    if (where.task == task_id::none || waits == 0)
      continue;
    auto& backlog = found.try_emplace(where.task, task_backlog{where.task, 0, false}).first->second;
    backlog.waiting += waits;
    backlog.is_open = backlog.is_open || !is_shut(*lane);
  }
  std::vector<task_backlog> all;
  for (const auto& [task, backlog] : found)
    all.push_back(backlog);
  return all;
}

} // namespace warmfront
