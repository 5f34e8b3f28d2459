// What ledgers say to requests for permits: all that are concerned, or none.
#include <algorithm>

#include "actors/warmup/ledger_book.hpp"

namespace warmfront {

ledger_book::asked ledger_book::ask(entry* of, const permit_request& request, wall_time now) {
  asked answer{of};
  if (of == nullptr)
    return answer;
  auto& ledger = of->ledger;
  ledger.advance(now);
  if (!request.charged.empty() && !ledger.is_stopped()) {
    answer.held = std::ranges::any_of(request.charged, [&](const charge& earlier) {
      return earlier.day == ledger.day() && earlier.subject.str() == ledger.subject();
    });
    if (answer.held)
      return answer;
  }
  answer.provider = ledger.find_provider(request.provider);
  const auto refusal = ledger.ask(request.importance, answer.provider);
  answer.state = refusal.state;
  answer.of_provider = refusal.of_provider;
  return answer;
}

void ledger_book::turn_away(entry& of, permit_state why) {
  of.waiting = true;
  of.told_pending = why == permit_state::pending;
  if (of.told_pending)
    pump(of);
  if (why == permit_state::pending || why == permit_state::paused)
    return;
  const auto until = of.ledger.refused_until(why);
  if (of.queued_for == until)
    return;
  of.queued_for = until;
  openings_.emplace(until, index_of(of));
}

/// The verdict that names who refused.
void ledger_book::deny(permit_verdict& verdict, const asked& by, const permit_request& request) {
  using kind = permit_verdict::kind;
  const auto& ledger = by.of->ledger;
  verdict.blocking = ledger_subject{ledger.subject()};
  verdict.until = {};
  verdict.paced = false;
  switch (by.state) {
  case permit_state::paused:
    verdict.what = kind::paused;
    break;
  case permit_state::pending:
    verdict.what = kind::pending;
    break;
  case permit_state::blocked:
    // Triggered mail waits for the next day; batch mail fails.
    verdict.what = request.importance == mail_class::batch ? kind::blocked : kind::exhausted;
    verdict.until = ledger.refused_until(by.state);
    break;
  default:
    verdict.what = kind::exhausted;
    verdict.paced = by.state == permit_state::paced;
    verdict.until = ledger.refused_until(by.state);
  }
}

void ledger_book::grant(permit_verdict& verdict, const asked& from) {
  if (from.of == nullptr)
    return;
  // Also of a retry that is not charged again: on the next day it needs that day's permit.
  if (from.of->ledger.limit())
    verdict.valid_until = std::min(verdict.valid_until, from.of->ledger.day_ends());
  if (from.held)
    return;
  auto& ledger = from.of->ledger;
  verdict.charges.push_back(
      {ledger_subject{ledger.subject()}, ledger.day(), ledger.take(from.provider)});
}

void ledger_book::warm_up(const permit_request& request, wall_time now) {
  auto* const source = find_entry(request.candidates.front().str());
  if (source != nullptr && ask(source, request, now).state == permit_state::pending)
    turn_away(*source, permit_state::pending);
}

permit_verdict ledger_book::take(const permit_request& request, wall_time now) {
  permit_verdict verdict;
  if (request.candidates.empty())
    return verdict;
  verdict.what = permit_verdict::kind::pending;
  if (settled_)
    return verdict;
  const auto domain = ask(find_entry(request.sender_domain.str()), request, now);
  if (domain.state != permit_state::granted) {
    turn_away(*domain.of, domain.state);
    deny(verdict, domain, request);
    if (domain.of_provider)
      verdict.provider = request.provider;
    if (domain.state == permit_state::pending)
      warm_up(request, now);
    return verdict;
  }
  // Of several that cannot, the one that can soonest decides how long the mail waits. Mail to other
  // providers goes on when one of them refuses for this provider only.
  std::optional<std::pair<int, wall_time>> soonest;
  bool of_provider = false;
  bool all_used_up = true;
  bool some_pending = false;
  for (std::size_t at = 0; at < request.candidates.size(); ++at) {
    if ((at >= request.overflow_from && !all_used_up) ||
        (at >= request.draining_from && some_pending))
      break;
    const auto& candidate = request.candidates[at];
    const auto source = ask(find_entry(candidate.str()), request, now);
    if (source.state == permit_state::granted) {
      verdict = {};
      verdict.what = permit_verdict::kind::granted;
      verdict.source = candidate;
      verdict.charges.reserve(2);
      grant(verdict, source);
      grant(verdict, domain);
      if (source.of != nullptr)
        pump(*source.of);
      if (domain.of != nullptr)
        pump(*domain.of);
      return verdict;
    }
    turn_away(*source.of, source.state);
    of_provider = of_provider || source.of_provider;
    all_used_up = all_used_up && source.state == permit_state::exhausted;
    some_pending = some_pending || source.state == permit_state::pending;
    const auto order = source.state == permit_state::pending  ? 0
                       : source.state == permit_state::paused ? 2
                                                              : 1;
    const std::pair rank{order, source.of->ledger.refused_until(source.state)};
    if (!soonest || rank < *soonest) {
      soonest = rank;
      deny(verdict, source, request);
    }
  }
  if (of_provider)
    verdict.provider = request.provider;
  return verdict;
}

void ledger_book::refund(const std::vector<charge>& charges) {
  if (settled_)
    return; // the exact mark is written: what comes back now is burnt
  for (const auto& each : charges)
    if (auto* const target = find_entry(each.subject.str());
        target != nullptr && target->ledger.refund(each))
      opened(*target);
}

storage::batch ledger_book::settle() {
  storage::batch marks;
  for (auto& each : entries_) {
    keep_day(each);
    if (const auto exact = each.ledger.settle())
      marks.put(storage::family::ledger, mark_key(each.ledger.subject(), exact->day),
                encode(exact->to));
    if (!shares_control() || !each.ledger.exists() || !each.ledger.has_unused())
      continue;
    each.ledger.begin_give_back();
    marks.put(storage::family::ledger, memory_key(each.ledger.subject()),
              encode(each.ledger.memory()));
  }
  settled_ = true;
  marks.append(std::exchange(effects_.days, {}));
  return marks;
}

} // namespace warmfront
