#include "actors/warmup/ledger_book.hpp"

#include <algorithm>
#include <unordered_set>

#include "actors/warmup/plans.hpp"

namespace warmfront {

ledger_book::ledger_book(warmup_rules rules) : rules_{std::move(rules)} {
  for (const auto& each : built_in_plans())
    built_in_.emplace(each.name, in_force(each, rules_.day).value()); // none has a time zone
}

// ---- what the stores say ------------------------------------------------------------------

result<void> ledger_book::load_mark(std::string_view key, std::string_view value) {
  const auto parts = parse_mark_key(key);
  if (!parts)
    return error{errc::storage_corrupt, "read mark `" + std::string{key} + "`: not a key", {}};
  WARMFRONT_TRY(mark, decode_mark(value));
  find_or_add(parts->subject).ledger.load_mark(*parts->day, std::move(mark));
  return success();
}

result<void> ledger_book::load_quality(std::string_view key, std::string_view value) {
  const auto subject = key.substr(std::min(key.size(), quality_prefix.size()));
  if (!key.starts_with(quality_prefix) || subject.empty())
    return error{errc::storage_corrupt, "read quality `" + std::string{key} + "`: not a key", {}};
  WARMFRONT_TRY(quality, decode_quality(value));
  find_or_add(subject).ledger.load_quality(quality);
  return success();
}

result<void> ledger_book::load_plans(const storage::control_snapshot& all) {
  const auto before = std::exchange(custom_plans_, {});
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply_plan({record, false}); !applied)
      outcome = applied;
  for (const auto& [name, gone] : before)
    if (!custom_plans_.contains(name))
      effects_.memory.erase(storage::family::ledger, plan_memory_key(name));
  for (auto& each : entries_)
    each.ledger.apply_plan(find_rules(each.ledger.record().plan));
  return outcome;
}

result<void> ledger_book::keep_plan(const plan_name& name, plan value, storage::revision at) {
  WARMFRONT_TRY(kept, in_force(std::move(value), rules_.day));
  custom_plans_[name] = {std::move(kept), at};
  return success();
}

result<void> ledger_book::apply_plan(const storage::control_event& event) {
  plan_name name{event.record.key.substr(plan_prefix.size())};
  if (event.deleted) {
    custom_plans_.erase(name);
    effects_.memory.erase(storage::family::ledger, plan_memory_key(name));
    replan(name);
    return success();
  }
  auto value = decode_plan(name, event.record.value);
  auto kept = value ? keep_plan(name, std::move(value).value(), event.record.modified)
                    : result<void>{value.error()};
  if (!kept)
    custom_plans_.erase(name); // and so nothing is granted by it
  // Before the ledgers' memory, which means this plan.
  if (shares_control())
    effects_.memory.put(storage::family::ledger, plan_memory_key(name), event.record.value);
  replan(name);
  return kept;
}

void ledger_book::replan(const plan_name& name) {
  const auto rule = find_rules(name);
  for (auto& each : entries_) {
    if (!each.ledger.exists() || each.ledger.record().plan != name)
      continue;
    each.ledger.apply_plan(rule);
    remember(each);
    opened(each);
    // At the start nobody has asked for anything yet.
    if (each.waiting || (loaded_ && each.ledger.is_open()))
      pump(each);
  }
}

result<void> ledger_book::load_ledgers(const storage::control_snapshot& all) {
  auto outcome = success();
  std::unordered_set<std::string_view> present;
  for (const auto& record : all.records) {
    if (const auto parts = parse_ledger_key(record.key); parts && !parts->day)
      present.insert(parts->subject);
    if (auto applied = apply_record(record); !applied)
      outcome = applied;
  }
  for (auto& each : entries_)
    if (each.ledger.exists() && !present.contains(each.ledger.subject()))
      each.ledger.remove();
  for (auto& each : entries_)
    remember(each); // also of ledgers whose plan or whose absence is the news
  loaded_ = true;
  remember_complete();
  effects_.domains_changed = true;
  return outcome;
}

result<void> ledger_book::apply_ledger(const storage::control_event& event) {
  if (!event.deleted)
    return apply_record(event.record);
  const auto parts = parse_ledger_key(event.record.key);
  auto* const gone = parts ? find_entry(parts->subject) : nullptr;
  if (gone != nullptr) {
    if (parts->day) {
      gone->ledger.day_deleted(*parts->day);
    } else {
      gone->ledger.remove();
      remember(*gone);
      effects_.domains_changed = true;
      opened(*gone);
    }
  }
  return success(); // days are deleted once nobody needs them any more
}

result<void> ledger_book::apply_record(const storage::control_record& record) {
  const auto parts = parse_ledger_key(record.key);
  if (!parts)
    return error{errc::storage_corrupt, "read `" + record.key + "`: not a ledger's key", {}};
  auto& target = find_or_add(parts->subject);
  auto outcome = success();
  if (parts->day) {
    auto leases = decode_ledger_day(record.value);
    if (leases)
      target.ledger.apply_day(*parts->day, leases.value(), record.modified);
    else
      outcome = leases.error();
    if (const auto burnt = target.ledger.take_burnt(); burnt > 0)
      effects_.burnt.emplace_back(ledger_subject{std::string{parts->subject}}, burnt);
  } else {
    outcome = apply_ledger_record(target, record);
  }
  give_back_unowned(target);
  if (loaded_)
    remember_later(target);
  opened(target);
  if (target.ledger.exists() && target.waiting)
    pump(target);
  return outcome;
}

result<void> ledger_book::apply_ledger_record(entry& target,
                                              const storage::control_record& record) {
  if (!target.ledger.exists())
    effects_.domains_changed = true;
  auto ledger = decode_ledger(record.value);
  if (!ledger) {
    target.ledger.apply(ledger_record{target.ledger.record()}, record.modified, nullptr);
    return ledger.error();
  }
  const auto& before = target.ledger.record().moves;
  if (loaded_ && target.ledger.exists())
    for (const auto& move : ledger.value().moves)
      if (std::ranges::find(before, move) == before.end())
        effects_.moved.emplace_back(ledger_subject{target.ledger.subject()}, move);
  target.ledger.apply(ledger.value(), record.modified, find_rules(ledger.value().plan));
  judge(target, judged_at_);
  return success();
}

// ---- effects ------------------------------------------------------------------------------

void ledger_book::pump(entry& of) {
  keep_day(of);
  if (settled_)
    return;
  if (of.ledger.is_raise_due()) {
    auto next = of.ledger.next_raise();
    const auto& subject = of.ledger.subject();
    effects_.marks.put(storage::family::ledger, mark_key(subject, next.day), encode(next.to));
    for (const auto day : next.forget)
      effects_.marks.erase(storage::family::ledger, mark_key(subject, day));
    effects_.written.push_back({index_of(of), next.day, std::move(next.to)});
  }
  if (of.ledger.begins_lease())
    effects_.leases.push_back(index_of(of));
}

void ledger_book::opened(entry& of) {
  if (!of.waiting)
    return;
  // Told only when it is so: who asks in vain costs as much as who is served.
  const auto state =
      of.ledger.exists() ? of.ledger.ask(mail_class::triggered).state : permit_state::granted;
  if (state == permit_state::granted)
    of.waiting = false;
  else if (state == permit_state::pending || !std::exchange(of.told_pending, false))
    return;
  // Also that there will be nothing before the day ends: others have leased what is left. Who asks
  // again learns until when.
  effects_.opened = true;
}

ledger_book::effects ledger_book::take_effects() {
  for (const auto ledger : std::exchange(changed_, {})) {
    entries_[ledger].changed = false;
    remember(entries_[ledger]);
  }
  return std::exchange(effects_, {});
}

void ledger_book::marks_written(const std::vector<written_mark>& marks) {
  for (const auto& mark : marks) {
    auto& of = entries_[mark.ledger];
    of.ledger.mark_written(mark.day, mark.to);
    pump(of);
    opened(of);
  }
}

void ledger_book::marks_failed(const std::vector<written_mark>& marks) {
  for (const auto& mark : marks) {
    entries_[mark.ledger].ledger.mark_failed(mark.day);
    retries_.push_back(mark.ledger);
  }
}

storage::control_transaction ledger_book::lease(ledger_index ledger) const {
  const auto& of = entries_[ledger].ledger;
  auto lease = of.lease();
  // The limit must still be what it was when the part was computed.
  const auto& name = of.record().plan;
  if (const auto at = plan_revision(name); !lease.then.empty() && at != 0)
    lease.when.push_back({plan_key(name), at});
  return lease;
}

void ledger_book::lease_answered(ledger_index ledger, bool ok) {
  auto& of = entries_[ledger];
  of.ledger.lease_answered();
  if (ok)
    pump(of); // the limit may have grown meanwhile
  else
    retries_.push_back(ledger);
}

std::optional<wall_time> ledger_book::next_opening() const {
  return openings_.empty() ? std::nullopt : std::optional{openings_.top().first};
}

void ledger_book::tick(wall_time now) {
  while (!openings_.empty() && openings_.top().first <= now) {
    auto& of = entries_[openings_.top().second];
    openings_.pop();
    of.queued_for = wall_time::min();
    // Only the news: the day is opened by whoever asks first, so that idle ledgers cost nothing.
    if (std::exchange(of.waiting, false))
      effects_.opened = true;
  }
  for (const auto ledger : std::exchange(retries_, {})) {
    remember(entries_[ledger]);
    pump(entries_[ledger]);
  }
  remember_complete();
}

} // namespace warmfront
