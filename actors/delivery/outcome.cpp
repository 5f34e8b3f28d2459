#include "actors/delivery/outcome.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "actors/delivery/retry_counts.hpp"
#include "storage/copies.hpp"

namespace warmfront {

namespace {

using storage::family;

storage::recipient_record next_record(const delivery_item& item, recipient_state state,
                                      wall_time now) {
  auto record = item.record ? *item.record : storage::recipient_record{};
  storage::remember_attempt(record);
  record.state = static_cast<std::uint8_t>(state);
  record.changed_at = now;
  record.next_attempt_at.reset();
  record.queue_key.clear();
  return record;
}

// Permits of earlier attempts stay spent whatever becomes of this one.
std::vector<charge> own_charges(const delivery_item& item) {
  std::vector<charge> own;
  for (const auto& permit : item.charges)
    if (!charged_before(item, permit))
      own.push_back(permit);
  return own;
}

void settle_permits(outcome& what, bool spent) {
  auto own = own_charges(what.item);
  if (!spent) {
    what.refunds = std::move(own);
    return;
  }
  for (auto& permit : own)
    what.record.charged.push_back({permit.subject, permit.day});
}

void wait_in_deferred(outcome& what, wall_time due) {
  what.next_key = storage::deferred_key(due, what.item.id());
  what.record.next_attempt_at = due;
  what.record.queue_key = what.next_key;
}

void finish(outcome& what) {
  auto& live = *what.item.live;
  assert(live.unfinished > 0);
  what.last_of_message = --live.unfinished == 0;
}

std::string describe(const smtp::reply& verdict, bool in_doubt) {
  if (verdict.code != 0)
    return smtp::to_string(verdict);
  return (in_doubt ? "connection lost after the final dot: " : "connection lost: ") + verdict.text;
}

recipient_state verdict_of(const attempt& what, const storage::recipient_record& record,
                           smtp::bounce_class why, const retry_schedule& schedule, wall_time now) {
  if (what.verdict.code >= 200 && what.verdict.code < 300)
    return recipient_state::delivered;
  // A refusal of the address and not of the mail: it is tried once more, from another address when
  // this one is taken out of use.
  const bool tries_elsewhere = why == smtp::bounce_class::source_block && record.attempts == 1;
  if (what.verdict.permanent() && !tries_elsewhere)
    return recipient_state::bounced;
  if (what.item.live->cancelled)
    return recipient_state::cancelled;
  return schedule.expired(*record.first_attempt_at, now) ? recipient_state::expired
                                                         : recipient_state::deferred;
}

} // namespace

bool charged_before(const delivery_item& item, const charge& permit) {
  const auto* record = item.record.get();
  return record != nullptr &&
         std::any_of(record->charged.begin(), record->charged.end(), [&](const auto& spent) {
           return spent.subject == permit.subject && spent.day == permit.day;
         });
}

outcome judge(attempt what, const retry_schedule& schedule, wall_time now, random_source& random) {
  auto record = next_record(what.item, recipient_state::queued, now);
  ++record.attempts;
  // The time in which no permit let it go is not counted against it.
  if (record.first_attempt_at &&
      what.item.record->state == static_cast<std::uint8_t>(recipient_state::held))
    *record.first_attempt_at += now - std::min(now, what.item.record->changed_at);
  record.last_reply = describe(what.verdict, what.in_doubt);
  record.remote_host = what.remote_host;
  record.source = what.item.source;
  record.tls = std::move(what.tls);
  record.provider = storage::counted_provider(what.item.provider);
  if (!record.first_attempt_at)
    record.first_attempt_at = now;
  const auto why = what.verdict.permanent() ? smtp::classify(what.verdict, record.source.str())
                                            : smtp::bounce_class::other;
  const auto state = verdict_of(what, record, why, schedule, now);
  record.state = static_cast<std::uint8_t>(state);
  record.bounce_class = what.verdict.permanent() ? smtp::to_string(why) : std::string_view{};
  outcome judged;
  judged.attempted = true;
  judged.item = std::move(what.item);
  judged.reply = std::move(what.verdict);
  judged.record = std::move(record);
  judged.dsn_passed_on = what.dsn_passed_on;
  judged.on_the_wire = what.on_the_wire;
  judged.why = why;
  settle_permits(judged, what.on_the_wire);
  if (is_final(state))
    finish(judged);
  else
    wait_in_deferred(judged, now + schedule.backoff(judged.record.attempts, random));
  return judged;
}

outcome postpone(delivery_item item, wall_time due, std::string reason, wall_time now) {
  outcome waiting;
  waiting.record = next_record(item, recipient_state::deferred, now);
  waiting.record.last_reply = std::move(reason);
  waiting.item = std::move(item);
  settle_permits(waiting, false);
  wait_in_deferred(waiting, due);
  return waiting;
}

outcome requeue(delivery_item item, storage::lane_position to, recipient_state state,
                wall_time now) {
  outcome waiting;
  waiting.record = next_record(item, state, now);
  waiting.item = std::move(item);
  settle_permits(waiting, false);
  const auto sequence = to.sequence;
  waiting.next_position = std::move(to);
  move_to(waiting, sequence);
  return waiting;
}

void move_to(outcome& what, std::uint64_t sequence) {
  assert(what.next_position);
  what.next_position->sequence = sequence;
  what.next_key = storage::lane_key(what.next_position->where, sequence);
  what.record.queue_key = what.next_key;
}

outcome refuse(delivery_item item, const smtp::reply& why, wall_time now) {
  outcome ended;
  ended.record = next_record(item, recipient_state::bounced, now);
  ended.record.last_reply = smtp::to_string(why);
  ended.record.remote_host.clear();
  ended.reply = why;
  ended.item = std::move(item);
  settle_permits(ended, false);
  finish(ended);
  return ended;
}

outcome refuse_unwritten(delivery_item item, wall_time now) {
  // RFC 3463: X.6.0, a problem with the content.
  const smtp::reply why{554, "5.6.0", "the mail cannot be written: " + item.unwritten->what};
  return refuse(std::move(item), why, now);
}

outcome suppress(delivery_item item, wall_time now) {
  outcome ended;
  ended.record = next_record(item, recipient_state::suppressed, now);
  ended.record.last_reply = "not sent: the address is suppressed";
  ended.item = std::move(item);
  settle_permits(ended, false);
  finish(ended);
  return ended;
}

outcome expire(delivery_item item, wall_time now) {
  outcome ended;
  ended.record = next_record(item, recipient_state::expired, now);
  ended.record.last_reply = item.record && item.record->attempts > 0
                                ? "given up by hand: " + item.record->last_reply
                                : "given up by hand before it was tried";
  ended.reply.text = ended.record.last_reply;
  ended.item = std::move(item);
  settle_permits(ended, false);
  finish(ended);
  return ended;
}

outcome hasten(delivery_item item, wall_time due) {
  assert(item.record);
  outcome waiting;
  waiting.record = *item.record;
  waiting.item = std::move(item);
  wait_in_deferred(waiting, due);
  return waiting;
}

outcome cancel(delivery_item item, wall_time now) {
  outcome ended;
  ended.record = next_record(item, recipient_state::cancelled, now);
  ended.item = std::move(item);
  settle_permits(ended, false);
  finish(ended);
  return ended;
}

// Moves between lanes are this node's own affair: their outcome is that nothing has happened.
std::optional<std::uint16_t> informs(const outcome& what) {
  const auto& copy = what.item.live->copy;
  if (!copy || copy->holder == 0 || what.state() < recipient_state::deferred)
    return std::nullopt;
  return copy->holder;
}

void add_quality(std::vector<ledger_outcomes>& to, const outcome& what) {
  const auto state = what.state();
  if (!what.on_the_wire ||
      (state != recipient_state::delivered && state != recipient_state::bounced))
    return;
  quality_counts one;
  one.outcomes = 1;
  if (state == recipient_state::delivered)
    one.delivered = 1;
  else if (what.why == smtp::bounce_class::invalid)
    one.invalid = 1;
  else if (what.why == smtp::bounce_class::spam || what.why == smtp::bounce_class::source_block)
    one.spam = 1;
  const auto& charged = what.record.charged;
  for (auto permit = charged.begin(); permit != charged.end(); ++permit) {
    // An earlier day's permit of the same ledger is no second mail.
    if (std::ranges::find(charged.begin(), permit, permit->subject,
                          &storage::spent_permit::subject) != permit)
      continue;
    // The mails that end together are of few ledgers.
    auto of = std::ranges::find(to, permit->subject, &ledger_outcomes::subject);
    if (of == to.end())
      of = to.insert(of, {permit->subject, {}});
    of->counts += one;
  }
}

void write_outcome(storage::batch& to, const outcome& what) {
  to.erase_once(family::queue, what.item.queue_key);
  if (!what.next_key.empty())
    to.put(family::queue, what.next_key, storage::encode(storage::queue_entry{what.item.id()}));
  to.put(family::spool, storage::recipient_key(what.item.id()), storage::encode(what.record));
  if (what.item.record)
    count_retry(to, what.item.message(), *what.item.record, -1);
  count_retry(to, what.item.message(), what.record, 1);
  if (what.last_of_message) {
    const auto& id = what.item.message().id;
    to.erase_once(family::spool, storage::body_key(id));
    if (const auto& copy = what.item.live->copy)
      to.erase(family::queue, storage::unsent_copy_key(copy->holder, id));
  }
  if (const auto holder = informs(what))
    to.put(family::queue, storage::unsent_progress_key(*holder, what.item.id(), what.record), {});
}

} // namespace warmfront
