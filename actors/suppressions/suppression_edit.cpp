#include "actors/suppressions/suppression_edit.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace warmfront {

using storage::family;
using storage::stored_suppression;

suppression_edit::suppression_edit(const storage::store& from,
                                   const storage::suppression_facts& facts)
    : from_{from}, facts_{facts} {
  changed_.origin = facts.origin;
}

std::uint64_t suppression_edit::sequence_of(std::uint64_t origin) const {
  if (const auto changed = changed_.vector.find(origin); changed != changed_.vector.end())
    return changed->second;
  const auto known = facts_.vector.find(origin);
  return known == facts_.vector.end() ? 0 : known->second;
}

result<suppression_edit::entry*> suppression_edit::at(const account_name& account,
                                                      std::string_view address) {
  auto key = storage::suppression_entry_key(account, address);
  if (const auto known = entries_.find(key); known != entries_.end())
    return &known->second;
  auto found = storage::find_suppression(from_, account, address);
  // What cannot be read is written anew when it changes; its place in the index leads nowhere then.
  if (!found && found.error().code != errc::storage_corrupt)
    return std::move(found).error();
  entry made;
  if (found) {
    made.before = found.value();
    made.now = std::move(found).value();
  }
  return &entries_.emplace(std::move(key), std::move(made)).first->second;
}

result<const stored_suppression*> suppression_edit::find(const account_name& account,
                                                         std::string_view address) {
  WARMFRONT_TRY(found, at(account, address));
  return found->now ? &*found->now : nullptr;
}

void suppression_edit::count(const std::optional<stored_suppression>& value, bool adds) {
  if (!value || value->is_removed)
    return;
  const auto key = storage::suppression_count_key(value->account, value->reason);
  const auto known = facts_.counts.find(key);
  auto& counted = changed_.counts.try_emplace(key, known == facts_.counts.end() ? 0 : known->second)
                      .first->second;
  if (adds)
    ++counted;
  else if (counted > 0)
    --counted;
}

void suppression_edit::set(entry& what, std::optional<stored_suppression> to) {
  count(what.now, false);
  count(to, true);
  what.now = std::move(to);
}

result<void> suppression_edit::set_own(stored_suppression value, wall_time now) {
  assert(changed_.origin != 0);
  WARMFRONT_TRY(found, at(value.account, value.address));
  // Clocks of nodes differ: who has seen a change makes a later one.
  value.changed_at = now;
  if (found->now)
    value.changed_at = std::max(now, found->now->changed_at + microseconds{1});
  value.origin = changed_.origin;
  value.sequence = sequence_of(changed_.origin) + 1;
  changed_.vector[value.origin] = value.sequence;
  set(*found, std::move(value));
  return success();
}

result<bool> suppression_edit::take(const stored_suppression& value) {
  WARMFRONT_TRY(found, at(value.account, value.address));
  if (found->now && found->now->version() >= value.version())
    return false;
  set(*found, value);
  return true;
}

void suppression_edit::has_all(std::uint64_t origin, std::uint64_t up_to) {
  if (up_to > sequence_of(origin))
    changed_.vector[origin] = up_to;
}

result<void> suppression_edit::forget(const stored_suppression& value) {
  WARMFRONT_TRY(found, at(value.account, value.address));
  if (found->now && found->now->version() == value.version())
    set(*found, std::nullopt);
  return success();
}

storage::batch suppression_edit::changes() const {
  storage::batch made;
  for (const auto& [key, each] : entries_) {
    if (each.now == each.before)
      continue;
    if (each.before)
      made.erase(family::suppressions,
                 storage::suppression_index_key(each.before->origin, each.before->sequence));
    if (!each.now) {
      made.erase(family::suppressions, key);
      continue;
    }
    made.put(family::suppressions, key, storage::encode_suppression_entry(*each.now));
    made.put(family::suppressions,
             storage::suppression_index_key(each.now->origin, each.now->sequence), key);
  }
  storage::write_suppression_facts(made, facts_, changed_);
  return made;
}

} // namespace warmfront
