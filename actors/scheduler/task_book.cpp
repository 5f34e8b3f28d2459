#include "actors/scheduler/task_book.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

namespace warmfront {

namespace {

constexpr std::size_t unfinished_tasks_max = 10'000;
constexpr std::size_t sending_occurrences_max = 50;
constexpr std::size_t ended_occurrences_kept = 20;

std::string number_of(task_id id) {
  return std::to_string(static_cast<std::uint64_t>(id));
}

error no_task(task_id id) {
  return {errc::not_found, "there is no task " + number_of(id), "list them with `task list`", "id"};
}

error is_over_already(const task& value) {
  return {errc::conflict,
          fmt::format("the task {} is {} already", number_of(value.id), to_string(value.state)),
          "make a new one"};
}

error lost_race(const char* what) {
  return {errc::conflict, what, {}};
}

} // namespace

// ---- what the store says ------------------------------------------------------------------

result<void> task_book::load(const storage::control_snapshot& all) {
  tasks_.clear();
  occurrences_.clear();
  segments_.clear();
  last_id_ = 0;
  last_id_at_ = 0;
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply({record, false}); !applied)
      outcome = applied;
  return outcome;
}

result<void> task_book::apply(const storage::control_event& event) {
  const auto& record = event.record;
  const auto key = parse_task_key(record.key);
  if (!key)
    return success(); // of a later release
  using kind = parsed_task_key::kind;
  const auto& name = key->name;
  switch (key->what) {
  case kind::last:
    last_id_at_ = event.deleted ? 0 : record.modified;
    std::from_chars(record.value.data(), record.value.data() + record.value.size(), last_id_);
    return success();
  case kind::task:
    tasks_.erase(name.of.task);
    if (!event.deleted) {
      WARMFRONT_TRY(value, decode_task(name.of.task, record.value));
      tasks_.emplace(name.of.task, stored_task{std::move(value), record.modified});
    }
    return success();
  case kind::occurrence:
    occurrences_.erase(name.of);
    if (!event.deleted) {
      WARMFRONT_TRY(value, decode_occurrence(name.of, record.value));
      occurrences_.emplace(name.of, stored_occurrence{std::move(value), record.modified});
    }
    return success();
  case kind::segment:
    segments_.erase(name);
    if (!event.deleted) {
      WARMFRONT_TRY(value, decode_segment(name, record.value));
      segments_.emplace(name, stored<task_segment>{std::move(value), record.modified});
    }
    return success();
  }
  return success();
}

// ---- what commands change -----------------------------------------------------------------

result<storage::control_transaction> task_book::build(const create_task& command,
                                                      wall_time now) const {
  if (const auto* const known = find_named(command.value.account, command.value.request_key)) {
    if (known->request_digest == command.value.request_digest)
      return storage::control_transaction{};
    return error{errc::invalid_argument,
                 "this Idempotency-Key belongs to a request that asked for something else",
                 "give every request a key of its own", "Idempotency-Key"};
  }
  WARMFRONT_TRY(check(command.value.when));
  const auto unfinished = std::ranges::count_if(
      tasks_, [](const auto& each) { return !is_over(each.second.value.state); });
  if (static_cast<std::size_t>(unfinished) >= unfinished_tasks_max)
    return error{errc::limit_exceeded,
                 fmt::format("there are {} tasks that are not over, the most allowed", unfinished),
                 "cancel some, or wait until some are over"};
  auto made = command.value;
  made.id = task_id{last_id_ + 1};
  made.state = task_state::active;
  made.reason.clear();
  made.created_at = made.changed_at = now;
  made.last_handled.reset();
  made.given_up = 0;
  storage::control_transaction transaction;
  transaction.when = {{task_key(made.id), 0}, {last_task_key(), last_id_at_}};
  transaction.then = {{task_key(made.id), encode(made)}, {last_task_key(), number_of(made.id)}};
  return transaction;
}

result<const task_book::stored_task*> task_book::require(task_id id,
                                                         const account_name& account) const {
  const auto found = tasks_.find(id);
  if (found == tasks_.end() || (!account.empty() && found->second.value.account != account))
    return no_task(id);
  return &found->second;
}

result<storage::control_transaction> task_book::build(const act_on_task& command,
                                                      wall_time now) const {
  WARMFRONT_TRY(found, require(command.id, command.account));
  auto changed = found->value;
  const auto wanted = command.what == task_change::pause    ? task_state::paused
                      : command.what == task_change::resume ? task_state::active
                                                            : task_state::cancelled;
  storage::control_transaction transaction;
  if (changed.state == wanted)
    return transaction;
  if (is_over(changed.state))
    return is_over_already(changed);
  changed.state = wanted;
  changed.reason = wanted != task_state::paused ? std::string{}
                   : command.reason.empty()     ? std::string{"paused by hand"}
                                                : command.reason;
  changed.changed_at = now;
  transaction.when.push_back({task_key(command.id), found->at});
  transaction.then.push_back({task_key(command.id), encode(changed)});
  if (wanted == task_state::cancelled)
    cancel_occurrences(transaction, command.id, now);
  return transaction;
}

void task_book::cancel_occurrences(storage::control_transaction& transaction, task_id id,
                                   wall_time now) const {
  const auto [first, last] = occurrences_of(id);
  for (auto at = first; at != last; ++at) {
    const auto& [name, each] = *at;
    if (each.value.state != occurrence_state::sending)
      continue;
    auto changed = each.value;
    changed.ended.cancelled += unclaimed(changed);
    changed.next_segment = changed.segments;
    changed.released.clear();
    if (in_work(name) == 0) {
      changed.state = occurrence_state::cancelled;
      changed.finished_at = now;
    }
    transaction.when.push_back({occurrence_key(name), each.at});
    transaction.then.push_back({occurrence_key(name), encode(changed)});
  }
}

result<storage::control_transaction> task_book::build(const delete_task& command) const {
  WARMFRONT_TRY(found, require(command.id, command.account));
  if (!is_over(found->value.state))
    return error{
        errc::conflict,
        fmt::format("the task {} is {}", number_of(command.id), to_string(found->value.state)),
        "cancel it before"};
  storage::control_transaction transaction;
  transaction.when.push_back({task_key(command.id), found->at});
  transaction.then.push_back({task_key(command.id), std::nullopt});
  const auto [first, last] = occurrences_of(command.id);
  for (auto at = first; at != last; ++at) {
    if (at->second.value.state == occurrence_state::sending)
      return error{errc::conflict, "something of the task is still being sent",
                   "try again in a moment"};
    transaction.when.push_back({occurrence_key(at->first), at->second.at});
    transaction.then.push_back({occurrence_key(at->first), std::nullopt});
  }
  return transaction;
}

// ---- what time and nodes change -----------------------------------------------------------

result<storage::control_transaction> task_book::fire(task_id id, const occurrence& which,
                                                     const occurrence_content& content,
                                                     wall_time now, std::uint64_t given_up) const {
  WARMFRONT_TRY(found, require(id, {}));
  auto changed = found->value;
  if (changed.state != task_state::active ||
      (changed.last_handled && changed.last_handled->number >= which.number))
    return lost_race("the task has fired already, or does not fire any more");
  changed.last_handled = which;
  changed.given_up += given_up;
  task_occurrence made;
  made.task = id;
  made.which = which;
  made.made_at = now;
  made.template_version = content.template_version;
  made.content = content.content;
  made.group_version = content.group_version;
  made.list = content.list;
  made.recipients = content.recipients;
  made.segments = content.segments;
  made.reason = content.failure;
  const auto [first, last] = occurrences_of(id);
  const auto sending = std::count_if(first, last, [](const auto& each) {
    return each.second.value.state == occurrence_state::sending;
  });
  if (made.reason.empty() && static_cast<std::size_t>(sending) >= sending_occurrences_max)
    made.reason = fmt::format("{} earlier ones are still being sent", sending);
  if (!made.reason.empty() || made.segments == 0) {
    made.state = made.reason.empty() ? occurrence_state::finished : occurrence_state::failed;
    made.finished_at = now;
  }
  const auto key = occurrence_key({id, which.number});
  storage::control_transaction transaction;
  transaction.when = {{task_key(id), found->at}, {key, 0}};
  transaction.then = {{task_key(id), encode(changed)}, {key, encode(made)}};
  forget_oldest(transaction, id);
  return transaction;
}

void task_book::forget_oldest(storage::control_transaction& transaction, task_id id) const {
  const auto [first, last] = occurrences_of(id);
  auto ended = static_cast<std::size_t>(std::count_if(first, last, [](const auto& each) {
    return each.second.value.state != occurrence_state::sending;
  }));
  for (auto at = first; at != last && ended >= ended_occurrences_kept; ++at) {
    if (at->second.value.state == occurrence_state::sending)
      continue;
    transaction.when.push_back({occurrence_key(at->first), at->second.at});
    transaction.then.push_back({occurrence_key(at->first), std::nullopt});
    --ended;
  }
}

storage::control_transaction task_book::give_up(task_id id, const occurrence& until,
                                                std::uint64_t count) const {
  storage::control_transaction transaction;
  const auto found = tasks_.find(id);
  if (found == tasks_.end() || found->second.value.state != task_state::active ||
      (found->second.value.last_handled &&
       found->second.value.last_handled->number >= until.number))
    return transaction;
  auto changed = found->second.value;
  changed.last_handled = until;
  changed.given_up += count;
  transaction.when.push_back({task_key(id), found->second.at});
  transaction.then.push_back({task_key(id), encode(changed)});
  return transaction;
}

result<storage::control_transaction>
task_book::claim(const occurrence_name& name, const node_name& by,
                 const std::vector<wanted_segment>& which) const {
  const auto found = occurrences_.find(name);
  if (found == occurrences_.end() || found->second.value.state != occurrence_state::sending)
    return lost_race("the occurrence is over");
  auto changed = found->second.value;
  storage::control_transaction transaction;
  for (const auto& each : which) {
    const auto released = std::ranges::find(changed.released, each.number);
    if (released != changed.released.end())
      changed.released.erase(released);
    else if (each.number == changed.next_segment && each.number < changed.segments)
      ++changed.next_segment;
    else
      return lost_race("the segment is taken already");
    const auto key = segment_key({name, each.number});
    task_segment made{name.task, name.number, each.number, by, false, {}, each.recipients};
    transaction.when.push_back({key, 0});
    transaction.then.push_back({key, encode(made)});
  }
  transaction.when.push_back({occurrence_key(name), found->second.at});
  transaction.then.push_back({occurrence_key(name), encode(changed)});
  return transaction;
}

result<storage::control_transaction>
task_book::expand(const segment_name& name, const node_name& by, const message_id& message) const {
  const auto found = segments_.find(name);
  if (found == segments_.end() || found->second.value.node != by)
    return lost_race("the segment is another node's");
  auto changed = found->second.value;
  storage::control_transaction transaction;
  if (changed.expanded && changed.message == message)
    return transaction;
  if (changed.expanded)
    return lost_race("the segment is expanded already");
  changed.expanded = true;
  changed.message = message;
  transaction.when.push_back({segment_key(name), found->second.at});
  transaction.then.push_back({segment_key(name), encode(changed)});
  return transaction;
}

// Once nothing is left to claim and nothing in work, it has ended, one way or the other.
void task_book::settle(task_occurrence& of, std::size_t left_in_work, wall_time now) const {
  if (of.state != occurrence_state::sending || left_in_work > 0 || !of.released.empty() ||
      of.next_segment < of.segments)
    return;
  const auto owner = tasks_.find(of.task);
  const bool cancelled =
      owner != tasks_.end() && owner->second.value.state == task_state::cancelled;
  of.state = cancelled ? occurrence_state::cancelled : occurrence_state::finished;
  of.finished_at = now;
}

storage::control_transaction task_book::end(const segment_name& name,
                                            const outcome_counts& outcomes, wall_time now) const {
  storage::control_transaction transaction;
  const auto segment = segments_.find(name);
  const auto found = occurrences_.find(name.of);
  if (segment == segments_.end() || found == occurrences_.end())
    return transaction;
  auto changed = found->second.value;
  changed.ended += outcomes;
  settle(changed, in_work(name.of) - 1, now);
  transaction.when = {{segment_key(name), segment->second.at},
                      {occurrence_key(name.of), found->second.at}};
  transaction.then = {{segment_key(name), std::nullopt},
                      {occurrence_key(name.of), encode(changed)}};
  return transaction;
}

storage::control_transaction task_book::finish(task_id id, wall_time now) const {
  storage::control_transaction transaction;
  const auto found = tasks_.find(id);
  if (found == tasks_.end() || is_over(found->second.value.state))
    return transaction;
  const auto [first, last] = occurrences_of(id);
  if (std::any_of(first, last, [](const auto& each) {
        return each.second.value.state == occurrence_state::sending;
      }))
    return transaction;
  auto changed = found->second.value;
  changed.state = task_state::finished;
  changed.reason.clear();
  changed.changed_at = now;
  transaction.when.push_back({task_key(id), found->second.at});
  transaction.then.push_back({task_key(id), encode(changed)});
  return transaction;
}

} // namespace warmfront
