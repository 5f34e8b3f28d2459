// What is so, from the book of tasks.

#include <algorithm>

#include "actors/scheduler/task_book.hpp"

namespace warmfront {

const task* task_book::find(task_id id) const {
  const auto found = tasks_.find(id);
  return found == tasks_.end() ? nullptr : &found->second.value;
}

const task* task_book::find_named(const account_name& account, std::string_view key) const {
  if (key.empty())
    return nullptr;
  const auto found = std::ranges::find_if(tasks_, [&](const auto& each) {
    return each.second.value.account == account && each.second.value.request_key == key;
  });
  return found == tasks_.end() ? nullptr : &found->second.value;
}

const task_occurrence* task_book::find(const occurrence_name& name) const {
  const auto found = occurrences_.find(name);
  return found == occurrences_.end() ? nullptr : &found->second.value;
}

const task_segment* task_book::find(const segment_name& name) const {
  const auto found = segments_.find(name);
  return found == segments_.end() ? nullptr : &found->second.value;
}

std::size_t task_book::in_work(const occurrence_name& name) const {
  return static_cast<std::size_t>(
      std::distance(segments_.lower_bound({name, 0}), segments_.upper_bound({name, UINT32_MAX})));
}

bool task_book::has_segments(task_id id) const {
  const auto first = segments_.lower_bound({{id, 0}, 0});
  return first != segments_.end() && first->first.of.task == id;
}

std::uint64_t task_book::unclaimed(const task_occurrence& of) const {
  const occurrence_name name{of.task, of.which.number};
  auto claimed = of.ended.total();
  for (auto at = segments_.lower_bound({name, 0}); at != segments_.end() && at->first.of == name;
       ++at)
    claimed += at->second.value.recipients;
  return of.recipients - std::min(of.recipients, claimed);
}

result<std::vector<task_report>> task_book::list(const list_tasks& filter) const {
  std::vector<task_report> found;
  const auto add = [&](const task& value) {
    task_report report{value, {}, {}, {}, {}};
    const auto [first, last] = occurrences_of(value.id);
    for (auto at = first; at != last; ++at)
      report.occurrences.push_back(at->second.value);
    std::ranges::reverse(report.occurrences);
    for (auto at = segments_.lower_bound({{value.id, 0}, 0});
         at != segments_.end() && at->first.of.task == value.id; ++at)
      report.segments.push_back(at->second.value);
    if (filter.next > 0 && !is_over(value.state)) {
      auto next = value.last_handled
                      ? next_occurrences(value.when, *value.last_handled, filter.next)
                      : next_occurrences(value.when, wall_time::min(), filter.next);
      if (next)
        report.next = std::move(next).value();
    }
    found.push_back(std::move(report));
  };
  if (filter.id != task_id::none) {
    WARMFRONT_TRY(one, require(filter.id, filter.account));
    add(one->value);
    return found;
  }
  for (const auto& [id, each] : tasks_)
    if (filter.account.empty() || each.value.account == filter.account)
      add(each.value);
  return found;
}

std::vector<task_id> task_book::firing() const {
  std::vector<task_id> found;
  for (const auto& [id, each] : tasks_)
    if (each.value.state == task_state::active)
      found.push_back(id);
  return found;
}

std::vector<occurrence_name> task_book::claimable() const {
  std::vector<occurrence_name> found;
  for (const auto& [name, each] : occurrences_) {
    const auto* const owner = find(name.task);
    if (each.value.state == occurrence_state::sending && owner != nullptr &&
        owner->state == task_state::active && !next_segments(name, 1).empty())
      found.push_back(name);
  }
  std::ranges::sort(found, [this](const auto& left, const auto& right) {
    return find(left)->made_at < find(right)->made_at;
  });
  return found;
}

std::vector<std::uint32_t> task_book::next_segments(const occurrence_name& name,
                                                    std::size_t most) const {
  std::vector<std::uint32_t> numbers;
  const auto* const of = find(name);
  if (of == nullptr)
    return numbers;
  numbers.assign(of->released.begin(), of->released.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                  most, of->released.size())));
  for (auto next = of->next_segment; next < of->segments && numbers.size() < most; ++next)
    numbers.push_back(next);
  return numbers;
}

std::vector<task_segment> task_book::segments_of(const node_name& node) const {
  std::vector<task_segment> found;
  for (const auto& [name, each] : segments_)
    if (each.value.node == node)
      found.push_back(each.value);
  return found;
}

std::vector<task_id> task_book::on_hold() const {
  std::vector<task_id> found;
  for (const auto& [id, each] : tasks_)
    if (each.value.state == task_state::paused ||
        (each.value.state == task_state::cancelled && has_segments(id)))
      found.push_back(id);
  return found;
}

} // namespace warmfront
