// Segments that change nodes: what a node that is gone had claimed, and messages of others.

#include <algorithm>

#include "actors/scheduler/task_book.hpp"

namespace warmfront {

merge_verdict judge_merge(const std::vector<task_segment>& segments, const message_id& id,
                          const node_name& maker) {
  const auto is_named = [&id](const task_segment& each) {
    return each.expanded && each.message == id;
  };
  if (std::ranges::any_of(segments, is_named))
    return merge_verdict::kept;
  const auto may_be_named = [&maker](const task_segment& each) {
    return !each.expanded && (maker.empty() || each.node == maker);
  };
  return std::ranges::any_of(segments, may_be_named) ? merge_verdict::undecided
                                                     : merge_verdict::lost;
}

const task_segment* task_book::find(const message_id& message) const {
  for (const auto& [name, each] : segments_)
    if (each.value.expanded && each.value.message == message)
      return &each.value;
  return nullptr;
}

std::vector<task_segment> task_book::all_segments() const {
  std::vector<task_segment> found;
  for (const auto& [name, each] : segments_)
    found.push_back(each.value);
  return found;
}

storage::control_transaction task_book::release(const segment_name& name, const node_name& of,
                                                wall_time now) const {
  const auto segment = segments_.find(name);
  const auto found = occurrences_.find(name.of);
  if (segment == segments_.end() || segment->second.value.node != of ||
      segment->second.value.expanded || found == occurrences_.end())
    return {};
  const auto owner = tasks_.find(name.of.task);
  if (owner == tasks_.end() || owner->second.value.state == task_state::cancelled) {
    outcome_counts all;
    all.cancelled = segment->second.value.recipients;
    return end(name, all, now);
  }
  auto changed = found->second.value;
  changed.released.push_back(name.number);
  storage::control_transaction transaction;
  transaction.when = {{segment_key(name), segment->second.at},
                      {occurrence_key(name.of), found->second.at}};
  transaction.then = {{segment_key(name), std::nullopt},
                      {occurrence_key(name.of), encode(changed)}};
  return transaction;
}

storage::control_transaction task_book::follow(const message_id& message,
                                               const node_name& to) const {
  for (const auto& [name, each] : segments_) {
    if (!each.value.expanded || each.value.message != message || each.value.node == to)
      continue;
    auto changed = each.value;
    changed.node = to;
    storage::control_transaction transaction;
    transaction.when.push_back({segment_key(name), each.at});
    transaction.then.push_back({segment_key(name), encode(changed)});
    return transaction;
  }
  return {};
}

} // namespace warmfront
