#include "actors/warmup/ledger_book.hpp"

#include <algorithm>
#include <unordered_set>

#include "actors/warmup/plans.hpp"

namespace warmfront {

// ---- what the stores say ------------------------------------------------------------------

result<void> ledger_book::load_mark(std::string_view key, std::string_view value) {
  const auto parts = parse_mark_key(key);
  if (!parts)
    return error{errc::storage_corrupt, "read mark `" + std::string{key} + "`: not a key", {}};
  WARMFRONT_TRY(used, decode_mark(value));
  find_or_add(parts->subject).ledger.load_mark(*parts->day, used);
  return success();
}

result<void> ledger_book::load_plans(const storage::control_snapshot& all) {
  custom_plans_.clear();
  auto outcome = success();
  for (const auto& record : all.records)
    if (auto applied = apply_plan({record, false}); !applied)
      outcome = applied;
  for (auto& each : entries_)
    each.ledger.apply_plan(find_plan(each.ledger.record().plan));
  return outcome;
}

result<void> ledger_book::apply_plan(const storage::control_event& event) {
  plan_name name{event.record.key.substr(plan_prefix.size())};
  if (event.deleted) {
    custom_plans_.erase(name);
    replan(name);
    return success();
  }
  auto value = decode_plan(name, event.record.value);
  if (value)
    custom_plans_[name] = {std::move(value).value(), event.record.modified};
  else
    custom_plans_.erase(name);
  replan(name);
  return value ? success() : result<void>{value.error()};
}

void ledger_book::replan(const plan_name& name) {
  const auto* rule = find_plan(name);
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
    if (!target.ledger.exists())
      effects_.domains_changed = true;
    auto ledger = decode_ledger(record.value);
    const auto& value = ledger ? ledger.value() : target.ledger.record();
    target.ledger.apply(value, record.modified, ledger ? find_plan(value.plan) : nullptr);
    if (!ledger)
      outcome = ledger.error();
  }
  give_back_unowned(target);
  if (loaded_)
    remember(target);
  opened(target);
  if (target.ledger.exists() && target.waiting)
    pump(target);
  return outcome;
}

// ---- permits ------------------------------------------------------------------------------

permit_state ledger_book::ask(entry& of, const permit_request& request, wall_time now, bool& held) {
  of.ledger.advance(now);
  held = false;
  if (!request.charged.empty() && !of.ledger.is_paused()) {
    for (const auto& earlier : request.charged)
      held =
          held || (earlier.day == of.ledger.day() && earlier.subject.str() == of.ledger.subject());
    if (held)
      return permit_state::granted;
  }
  return of.ledger.ask(request.importance);
}

void ledger_book::turn_away(entry& of, permit_state why) {
  of.waiting = true;
  of.told_pending = why == permit_state::pending;
  if (of.told_pending)
    pump(of);
  if (why != permit_state::exhausted || of.queued_for == of.ledger.day_ends())
    return;
  of.queued_for = of.ledger.day_ends();
  openings_.emplace(of.queued_for, index_of(of));
}

void ledger_book::charge_one(permit_verdict& verdict, entry* of, bool held) {
  if (of == nullptr || held)
    return;
  of->ledger.take();
  verdict.charges.push_back({ledger_subject{of->ledger.subject()}, of->ledger.day()});
}

void ledger_book::warm_up(const permit_request& request, wall_time now) {
  bool held = false;
  auto* const source = find_entry(request.candidates.front().str());
  if (source != nullptr && ask(*source, request, now, held) == permit_state::pending)
    turn_away(*source, permit_state::pending);
}

permit_verdict ledger_book::take(const permit_request& request, wall_time now) {
  permit_verdict verdict;
  if (request.candidates.empty())
    return verdict;
  verdict.what = permit_verdict::kind::pending;
  if (settled_)
    return verdict;
  const auto deny = [&](const entry& by, permit_state why) {
    verdict.blocking = ledger_subject{by.ledger.subject()};
    verdict.what = why == permit_state::paused      ? permit_verdict::kind::paused
                   : why == permit_state::exhausted ? permit_verdict::kind::exhausted
                                                    : permit_verdict::kind::pending;
    verdict.until = why == permit_state::exhausted ? by.ledger.day_ends() : wall_time{};
  };
  bool domain_held = false;
  auto* const domain = find_entry(request.sender_domain.str());
  if (domain != nullptr) {
    const auto state = ask(*domain, request, now, domain_held);
    if (state != permit_state::granted) {
      turn_away(*domain, state);
      deny(*domain, state);
      if (state == permit_state::pending)
        warm_up(request, now);
      return verdict;
    }
  }
  // Of several that cannot, the one that can soonest decides how long the mail waits.
  std::optional<std::pair<int, wall_time>> soonest;
  for (const auto& candidate : request.candidates) {
    bool held = false;
    auto* const source = find_entry(candidate.str());
    const auto state = source == nullptr ? permit_state::granted : ask(*source, request, now, held);
    if (state == permit_state::granted) {
      verdict.what = permit_verdict::kind::granted;
      verdict.source = candidate;
      verdict.blocking = {};
      verdict.until = {};
      verdict.charges.reserve(2);
      charge_one(verdict, source, held);
      charge_one(verdict, domain, domain_held);
      if (source != nullptr)
        pump(*source);
      if (domain != nullptr)
        pump(*domain);
      return verdict;
    }
    turn_away(*source, state);
    const auto order = state == permit_state::pending     ? 0
                       : state == permit_state::exhausted ? 1
                                                          : 2;
    const std::pair rank{order, source->ledger.day_ends()};
    if (!soonest || rank < *soonest) {
      soonest = rank;
      deny(*source, state);
    }
  }
  return verdict;
}

void ledger_book::refund(const std::vector<charge>& charges) {
  if (settled_)
    return; // the exact mark is written: what comes back now is burnt
  for (const auto& each : charges)
    if (auto* const target = find_entry(each.subject.str());
        target != nullptr && target->ledger.refund(each.day))
      opened(*target);
}

storage::batch ledger_book::settle() {
  storage::batch marks;
  for (auto& each : entries_) {
    if (const auto exact = each.ledger.settle())
      marks.put(storage::family::ledger, mark_key(each.ledger.subject(), exact->day),
                encode_mark(exact->to));
    if (!each.ledger.exists() || !each.ledger.has_unused())
      continue;
    each.ledger.begin_give_back();
    marks.put(storage::family::ledger, memory_key(each.ledger.subject()),
              encode(each.ledger.memory()));
  }
  settled_ = true;
  return marks;
}

// ---- effects ------------------------------------------------------------------------------

void ledger_book::pump(entry& of) {
  if (settled_)
    return;
  if (of.ledger.is_raise_due()) {
    const auto next = of.ledger.next_raise();
    const auto& subject = of.ledger.subject();
    effects_.marks.put(storage::family::ledger, mark_key(subject, next.day), encode_mark(next.to));
    for (const auto day : next.forget)
      effects_.marks.erase(storage::family::ledger, mark_key(subject, day));
    effects_.written.push_back({index_of(of), next.day, next.to});
  }
  if (of.ledger.begins_lease())
    effects_.leases.push_back(index_of(of));
}

void ledger_book::opened(entry& of) {
  if (!of.waiting)
    return;
  // Told only when it is so: who asks in vain costs as much as who is served.
  const auto state =
      of.ledger.exists() ? of.ledger.ask(mail_class::triggered) : permit_state::granted;
  if (state == permit_state::granted)
    of.waiting = false;
  else if (state == permit_state::pending || !std::exchange(of.told_pending, false))
    return;
  // Also that there will be nothing before the day ends: others have leased what is left. Who asks
  // again learns until when.
  effects_.opened = true;
}

ledger_book::effects ledger_book::take_effects() {
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
