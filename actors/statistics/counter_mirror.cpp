#include "actors/statistics/counter_mirror.hpp"

#include <algorithm>
#include <utility>

#include "storage/counter.hpp"
#include "storage/shadow_counters.hpp"
#include "storage/statistics.hpp"

namespace warmfront {

namespace {

using storage::family;

/// What waits for a peer that is away; with more, it gets everything again.
constexpr std::size_t pending_max = 100'000;

bool is_gone(const member& each) {
  return each.state == node_state::removed || each.state == node_state::dead;
}

/// The tables of a node's own counters, in the order in which they are sent.
struct counter_table {
  std::string from;
  std::string before;
};
std::vector<counter_table> tables() {
  const auto of_mark = [](std::string prefix) {
    prefix.resize(1); // the mark of the table, without a day
    return counter_table{prefix, storage::prefix_end(prefix)};
  };
  return {of_mark(storage::statistics_prefix({})), of_mark(storage::way_prefix({}))};
}

} // namespace

// ---- whose copies are where -----------------------------------------------------------------

void counter_mirror::set_members(const std::vector<member>& members) {
  members_ = members;
  choose_targets();
}

// The next ones in the order of numbers: each node keeps as many as it has others keep, and who
// dies is replaced by one node.
void counter_mirror::choose_targets() {
  std::vector<const member*> others;
  for (const auto& each : members_)
    if (!each.self && !is_gone(each))
      others.push_back(&each);
  std::ranges::sort(others, {}, [this](const member* each) {
    return static_cast<std::uint16_t>(each->number - self_.node);
  });
  others.resize(std::min(others.size(), copies));
  std::erase_if(targets_, [&](const auto& known) {
    return std::ranges::none_of(others,
                                [&](const member* each) { return each->name == known.first; });
  });
  for (const auto* each : others) {
    const auto [place, is_new] = targets_.try_emplace(each->name);
    if (!is_new)
      continue;
    place->second.is_connected = connected_.contains(each->name);
    restart(place->second);
  }
}

void counter_mirror::joined(const node_name& peer) {
  connected_.insert(peer);
  if (const auto found = targets_.find(peer); found != targets_.end())
    found->second.is_connected = true;
}

void counter_mirror::lost(const node_name& peer) {
  connected_.erase(peer);
  if (const auto found = targets_.find(peer); found != targets_.end()) {
    found->second.is_connected = false;
    give_back(found->second);
  }
}

// ---- out ------------------------------------------------------------------------------------

void counter_mirror::restart(target& to) {
  to.is_synced = false;
  to.next = tables().front().from;
  to.pending.clear();
  to.sent.clear();
  to.unanswered = 0;
  to.as_of = effects_.wall_now();
}

void counter_mirror::give_back(target& to) {
  to.pending.merge(to.sent);
  to.sent.clear();
  to.unanswered = 0;
}

void counter_mirror::changed(const storage::changed_counters::changes& which) {
  for (auto& [name, to] : targets_) {
    to.pending.insert(which.keys.begin(), which.keys.end());
    if (which.are_too_many || to.pending.size() > pending_max)
      restart(to);
  }
}

void counter_mirror::tick() {
  for (auto& [name, to] : targets_)
    send_next(name, to);
}

void counter_mirror::send_next(const node_name& name, target& to) {
  if (!to.is_connected || to.unanswered != 0)
    return;
  if (!to.is_synced)
    return send_page(name, to);
  if (!to.pending.empty())
    send_pending(name, to);
}

void counter_mirror::send_page(const node_name& name, target& to) {
  kept_counters frame{next_number_++, self_, {}, false, to.as_of};
  to.next_after.clear();
  for (const auto& table : tables()) {
    if (to.next >= table.before)
      continue;
    const auto found = effects_.scan(std::max(to.next, table.from), table.before, frame_rows_max);
    if (!found)
      return; // read again at a tick
    frame.rows = found.value();
    if (frame.rows.size() == frame_rows_max)
      to.next_after = frame.rows.back().key + '\0';
    else
      to.next_after = table.before;
    break;
  }
  to.ends_sync = to.next_after.empty() || to.next_after >= tables().back().before;
  frame.is_complete = to.ends_sync;
  to.unanswered = frame.number;
  effects_.send(name, encode(frame));
}

void counter_mirror::send_pending(const node_name& name, target& to) {
  kept_counters frame{next_number_++, self_, {}, false, effects_.wall_now()};
  while (!to.pending.empty() && frame.rows.size() < frame_rows_max) {
    const auto& key = *to.pending.begin();
    const auto value = effects_.get(key);
    if (!value)
      break; // read again at a tick
    if (value.value())
      frame.rows.push_back({key, *value.value()});
    to.sent.insert(to.pending.extract(to.pending.begin()));
  }
  frame.is_complete = to.pending.empty();
  to.unanswered = frame.number;
  to.ends_sync = false;
  effects_.send(name, encode(frame));
}

result<void> counter_mirror::kept(const node_name& from, const std::string& octets) {
  WARMFRONT_TRY(receipt, decode_receipt(octets));
  const auto found = targets_.find(from);
  if (found == targets_.end() || receipt.number != found->second.unanswered)
    return success(); // of an earlier session
  auto& to = found->second;
  if (!receipt.is_kept) {
    give_back(to);
    return success(); // again at a tick
  }
  to.unanswered = 0;
  to.sent.clear();
  if (to.is_synced) {
    // It has lost what it had, with its disk.
    if (!receipt.was_complete)
      restart(to);
  } else {
    to.is_synced = to.ends_sync;
    to.next = to.next_after;
  }
  send_next(from, to);
  return success();
}

// ---- in -------------------------------------------------------------------------------------

result<void> counter_mirror::keep(const node_name& from, const std::string& octets) {
  WARMFRONT_TRY(frame, decode_kept_counters(octets));
  const auto sender = std::ranges::find(members_, from, &member::name);
  // A node tells of itself alone.
  if (sender != members_.end() && sender->number != frame.origin.node)
    return error{errc::protocol, "the node " + from.str() + " sends counters of another one", {}};
  counters_receipt receipt{frame.number, false, false};
  const auto state_key = storage::shadow_state_key(frame.origin);
  const auto state = effects_.get(state_key);
  if (sender == members_.end() || !state) {
    effects_.send(from, encode(receipt));
    return success();
  }
  const auto known = state.value() ? storage::parse_counter(*state.value()) : std::nullopt;
  receipt.was_complete = known.value_or(0) > 0;
  storage::batch changes;
  const auto prefix = storage::shadow_prefix(frame.origin);
  for (auto& each : frame.rows)
    changes.put(family::counters, prefix + each.key, std::move(each.value));
  if (frame.is_complete)
    changes.put(family::counters, state_key,
                std::to_string(frame.as_of.time_since_epoch().count()));
  else if (!known)
    changes.put(family::counters, state_key, "0");
  effects_.commit(std::move(changes), [this, from, receipt](const result<void>& durable) mutable {
    receipt.is_kept = durable.has_value();
    if (connected_.contains(from))
      effects_.send(from, encode(receipt));
  });
  return success();
}

} // namespace warmfront
