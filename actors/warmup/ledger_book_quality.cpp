// What became of mail, and how that moves ledgers.
#include <algorithm>
#include <utility>

#include "actors/warmup/ledger_book.hpp"
#include "actors/warmup/ledger_history.hpp"

namespace warmfront {

void ledger_book::count(const std::vector<ledger_outcomes>& outcomes, wall_time now) {
  judged_at_ = now;
  for (const auto& each : outcomes) {
    auto* const of = find_entry(each.subject.str());
    if (of == nullptr)
      continue;
    of->ledger.count(each.counts);
    if (!std::exchange(of->counted, true))
      counted_.push_back(index_of(*of));
    judge(*of, now);
  }
}

void ledger_book::judge(entry& of, wall_time now) {
  // Before the first outcome of this life there is no time to judge by.
  if (settled_ || of.moving || now == wall_time{} || !of.ledger.judged(now))
    return;
  of.moving = true;
  effects_.moves.push_back(index_of(of));
}

storage::control_transaction ledger_book::moved(ledger_index ledger) const {
  const auto& of = entries_[ledger].ledger;
  storage::control_transaction change;
  const auto record = of.judged(judged_at_);
  if (!record)
    return change;
  const auto key = ledger_key(of.subject());
  change.when.push_back({key, of.revision()});
  if (const auto at = plan_revision(of.record().plan); at != 0)
    change.when.push_back({plan_key(of.record().plan), at});
  change.then.push_back({key, encode(*record)});
  return change;
}

void ledger_book::move_answered(ledger_index ledger, bool ok) {
  auto& of = entries_[ledger];
  of.moving = false;
  // What failed is tried again by the next outcome; what succeeded may not have been all.
  if (ok)
    judge(of, judged_at_);
}

storage::batch ledger_book::take_quality() {
  storage::batch written;
  for (const auto ledger : std::exchange(counted_, {})) {
    auto& of = entries_[ledger];
    of.counted = false;
    if (of.ledger.exists())
      written.put(storage::family::ledger, quality_key(of.ledger.subject()),
                  encode(of.ledger.quality()));
  }
  return written;
}

void ledger_book::keep_day(entry& of) {
  const auto day = of.ledger.take_closed();
  if (!day)
    return;
  const auto& subject = of.ledger.subject();
  effects_.days.put(storage::family::ledger, history_key(subject, day->day), encode(*day));
  // The next start knows less of the day than this: it must not write it again.
  const auto present = of.ledger.quality();
  const bool is_overtaken = present.day != day->day && present.counts != quality_counts{};
  effects_.days.put(storage::family::ledger, quality_key(subject),
                    encode(is_overtaken ? present : day_quality{day->day, day->quality, true}));
  if (day->day >= history_days_kept)
    effects_.days.erase_range(storage::family::ledger, history_key(subject, 0),
                              history_key(subject, day->day + 1 - history_days_kept));
}

void ledger_book::close_days(wall_time now) {
  for (auto& each : entries_) {
    each.ledger.close_day_at(now);
    keep_day(each);
  }
}

void ledger_book::tell_use() {
  if (settled_ || rules_.live_nodes <= 1)
    return;
  for (auto& each : entries_)
    if (share_of(each.ledger.subject()) == lease_share::part && each.ledger.has_news())
      effects_.told.push_back(index_of(each));
}

} // namespace warmfront
