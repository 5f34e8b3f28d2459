#include "actors/backup/restored_state.hpp"

#include <charconv>
#include <future>
#include <memory>
#include <utility>

#include "actors/scheduler/task_record.hpp"
#include "actors/warmup/ledger_record.hpp"
#include "storage/copies.hpp"
#include "storage/embedded_control_store.hpp"
#include "storage/statistics.hpp"

namespace warmfront {

namespace {

using storage::family;

// In `family::control`, beside what the cluster's role keeps there.
constexpr std::string_view restored_key = "node/restored";
constexpr std::string_view return_key = "node/returns";
constexpr std::string_view after_takeover_text = "after_takeover";
constexpr std::string_view peers_lost_text = "peers_lost";
constexpr std::string_view instance_name_key = "node/instance";
constexpr std::string_view epoch_number_key = "node/epoch";
// In `family::spool`, where delivery keeps the actions on queues that it goes on with.
constexpr std::string_view queue_actions_prefix = "a";
constexpr std::size_t counters_per_page = 1000;
// In `family::suppressions`.
constexpr std::string_view origin_name_key = "m/origin";
constexpr std::chrono::seconds control_patience{30};

/// Waits for the embedded control store, which answers from a thread of its own.
template <class Value, class Ask>
result<Value> wait_for(Ask ask) {
  auto answered = std::make_shared<std::promise<result<Value>>>();
  auto answer = answered->get_future();
  ask([answered](const result<Value>& got) { answered->set_value(got); });
  if (answer.wait_for(control_patience) != std::future_status::ready)
    return error{errc::timed_out, "read the restored control state: no answer", "try again"};
  return answer.get();
}

result<std::uint64_t> pause_tasks(storage::control_store& control, wall_time now,
                                  const std::string& why) {
  WARMFRONT_TRY(all, wait_for<storage::control_snapshot>([&](auto done) {
                  control.range(std::string{tasks_prefix}, std::move(done));
                }));
  std::uint64_t paused = 0;
  for (const auto& record : all.records) {
    const auto key = parse_task_key(record.key);
    if (!key || key->what != parsed_task_key::kind::task)
      continue;
    WARMFRONT_TRY(found, decode_task(key->name.of.task, record.value));
    if (found.state != task_state::active)
      continue;
    found.state = task_state::paused;
    found.reason = why + "; it may have fired since";
    found.changed_at = now;
    storage::control_transaction change;
    change.when.push_back({record.key, record.modified});
    change.then.push_back({record.key, encode(found)});
    WARMFRONT_TRY(applied, wait_for<storage::transaction_outcome>([&](auto done) {
                    control.transact(std::move(change), std::move(done));
                  }));
    paused += applied.applied ? 1 : 0;
  }
  return paused;
}

void erase_prefix(storage::batch& to, family where, std::string prefix) {
  auto end = storage::prefix_end(prefix);
  to.erase_range(where, std::move(prefix), std::move(end));
}

/// All keys of a kind, given one of them.
void erase_kind(storage::batch& to, family where, const std::string& one) {
  erase_prefix(to, where, one.substr(0, 1));
}

/// What the node counts from now on is of another origin than what it has counted so far.
result<void> set_counters_apart(storage::store& in, const storage::counters_origin& lost,
                                wall_time taken_at) {
  const auto shadow = storage::shadow_prefix(lost);
  for (const auto& table : {storage::statistics_prefix({}), storage::way_prefix({})}) {
    auto start = table.substr(0, 1); // the mark of the table, without a day
    const auto end = storage::prefix_end(start);
    for (bool more = true; more;) {
      WARMFRONT_TRY(found, in.scan(family::counters, start, end, counters_per_page));
      more = found.size() == counters_per_page;
      storage::batch moved;
      for (auto& [key, value] : found) {
        start = key + '\0';
        moved.put(family::counters, shadow + key, std::move(value));
        moved.erase(family::counters, std::move(key));
      }
      WARMFRONT_TRY(storage::commit_and_wait(in, std::move(moved), storage::priority::progress));
    }
  }
  storage::batch complete;
  complete.put(family::counters, storage::shadow_state_key(lost),
               std::to_string(taken_at.time_since_epoch().count()));
  return storage::commit_and_wait(in, std::move(complete), storage::priority::progress);
}

/// What only the lost directory's node could know better than the rest of the cluster.
void forget_membership(storage::batch& to) {
  for (const auto prefix : {mark_prefix, memory_prefix, plan_memory_prefix})
    erase_prefix(to, family::ledger, std::string{prefix});
  to.erase(family::ledger, std::string{memory_complete_key});
  erase_kind(to, family::spool, storage::held_messages_prefix(1));
  erase_kind(to, family::spool, storage::held_body_key(1, {}));
  erase_kind(to, family::spool, storage::held_recipient_prefix(1, {}));
  erase_kind(to, family::queue, storage::offered_prefix(1));
  to.erase(family::control, std::string{epoch_number_key});
}

} // namespace

result<restored_counts> make_safe(storage::store& restored, const clock& time,
                                  const restore_choices& choices) {
  const auto now = time.wall_now();
  restored_counts counts;
  if (choices.waiting != waiting_mail::release) {
    WARMFRONT_TRY(waiting, settle_waiting(restored, which_mail::all, choices.waiting, now,
                                          choices.why + "; it may have been sent since"));
    counts.waiting = waiting;
  }
  if (!choices.in_cluster) {
    WARMFRONT_TRY(control, storage::open_embedded_control_store(restored, time));
    WARMFRONT_TRY(paused, pause_tasks(*control, now, choices.why));
    counts.tasks_paused = paused;
  }
  if (choices.in_cluster && choices.origin) {
    WARMFRONT_TRY(set_counters_apart(restored, *choices.origin, choices.taken_at));
  }
  storage::batch changes;
  erase_prefix(changes, family::spool, std::string{queue_actions_prefix});
  changes.erase(family::control, std::string{instance_name_key});
  changes.erase(family::suppressions, std::string{origin_name_key});
  if (choices.in_cluster) {
    forget_membership(changes);
    changes.put(family::control, std::string{return_key},
                std::string{choices.peers_lost ? peers_lost_text : after_takeover_text});
  } else {
    changes.put(family::control, std::string{restored_key},
                std::to_string(now.time_since_epoch().count()));
  }
  WARMFRONT_TRY(
      storage::commit_and_wait(restored, std::move(changes), storage::priority::progress));
  return counts;
}

result<cluster_return> pending_return(const storage::store& in) {
  WARMFRONT_TRY(text, in.get(family::control, return_key));
  if (!text)
    return cluster_return::as_usual;
  return *text == peers_lost_text ? cluster_return::peers_lost : cluster_return::after_takeover;
}

void end_return(storage::batch& to) {
  to.erase(family::control, std::string{return_key});
}

result<std::optional<wall_time>> restored_at(const storage::store& in) {
  WARMFRONT_TRY(text, in.get(family::control, restored_key));
  if (!text)
    return std::optional<wall_time>{};
  std::int64_t at = 0;
  const auto* const end = text->data() + text->size();
  if (const auto [read, fault] = std::from_chars(text->data(), end, at);
      fault != std::errc{} || read != end)
    return error{errc::storage_corrupt, "read when this node was restored: not a time",
                 "restore the data directory from a backup or a peer"};
  return std::optional{wall_time{microseconds{at}}};
}

} // namespace warmfront
