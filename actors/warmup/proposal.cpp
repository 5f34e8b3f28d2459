#include "actors/warmup/proposal.hpp"

#include <algorithm>

#include "actors/warmup/outlook.hpp"

namespace warmfront {

namespace {

constexpr std::uint64_t addresses_max = 1000;
constexpr int days_looked_at_max = 10'000;

std::uint64_t final_limit_of(const plan& of) {
  return of.days.empty() ? outlook::unlimited : of.days.back();
}

std::uint64_t ceiling(std::uint64_t value, std::uint64_t by) {
  return value / by + (value % by == 0 ? 0 : 1);
}

/// When a ledger that is offered so many mails a day reaches a day of its plan, and when it can
/// send `part` of them in one.
struct milestones {
  std::optional<wall_time> gate_at;
  std::optional<wall_time> ready_at;
};

milestones reach(outlook view, wall_time from, std::uint32_t gate, std::uint64_t offered,
                 std::uint64_t part) {
  milestones reached;
  auto now = from;
  for (int day = 0; day < days_looked_at_max; ++day) {
    auto left = offered;
    // What is sent may raise a level, and so leave room for more.
    for (auto room = view.room(); left > 0 && room > 0; room = view.room()) {
      const auto sent = std::min(left, room);
      view.spend(sent, {});
      left -= sent;
    }
    if (!reached.gate_at && view.position() >= gate)
      reached.gate_at = now;
    if (!reached.ready_at && offered - left >= part)
      reached.ready_at = now;
    if ((reached.gate_at && reached.ready_at) || view.ends() == wall_time::max())
      return reached;
    now = view.ends();
    view.move(now);
  }
  return reached;
}

/// What the present addresses carry in the end, and from when on.
struct capacity {
  std::uint64_t daily = 0;
  std::optional<wall_time> since;
};

capacity capacity_of(const ledger_book& book, const std::vector<ip_address>& addresses,
                     wall_time now) {
  capacity all{0, now};
  for (const auto& address : addresses) {
    const auto* const ledger = book.find(address.str());
    if (ledger == nullptr)
      return {outlook::unlimited, now};
    if (ledger->record().paused || !ledger->rule())
      continue;
    const auto daily = final_limit_of(ledger->rule()->value);
    if (daily == outlook::unlimited)
      return {outlook::unlimited, now};
    const outlook view{*ledger, book.rules(), mail_class::triggered, now};
    const auto ready = reach(view, now, 0, daily, daily).ready_at;
    all.daily += daily;
    all.since = all.since && ready ? std::optional{std::max(*all.since, *ready)} : std::nullopt;
  }
  return all;
}

} // namespace

result<address_proposal> propose(const ledger_book& book, const propose_addresses& question,
                                 wall_time now) {
  const auto rule = book.find_rules(question.plan);
  if (!rule)
    return error{errc::not_found, "there is no plan `" + question.plan.str() + "`",
                 "use standard, conservative, warm or a plan of your own", "plan"};
  address_proposal answer;
  const auto present = capacity_of(book, question.present, now);
  answer.present_daily = present.daily;
  answer.ready_at = present.since;
  if (present.daily >= question.daily_volume)
    return answer;
  const auto missing = question.daily_volume - present.daily;
  const auto count = ceiling(missing, final_limit_of(rule->value));
  if (count > addresses_max)
    return error{errc::limit_exceeded,
                 std::to_string(question.daily_volume) + " mails a day take " +
                     std::to_string(count) + " addresses by plan `" + question.plan.str() + "`",
                 "a pool has at most 1000: use a plan that grows further", "daily_volume"};
  const auto daily = ceiling(missing, count);
  const auto last_day = static_cast<std::uint32_t>(rule->value.days.size());
  const auto gate = question.gate_day == 0 ? last_day : std::min(question.gate_day, last_day);
  const auto parallel = std::max(1U, question.parallel);
  // Before all are there, those that are get more than their part.
  const auto offered = std::max(daily, ceiling(missing, parallel));
  for (std::size_t at = 0; at < count; ++at) {
    address_proposal::step step;
    step.daily = daily;
    step.starts_at = at < parallel ? std::optional{now} : answer.steps[at - parallel].gate_at;
    if (step.starts_at) {
      const outlook view{rule, book.rules(), mail_class::triggered, *step.starts_at};
      const auto reached = reach(view, *step.starts_at, gate, offered, daily);
      step.gate_at = reached.gate_at;
      step.ready_at = reached.ready_at;
    }
    answer.ready_at = answer.ready_at && step.ready_at
                          ? std::optional{std::max(*answer.ready_at, *step.ready_at)}
                          : std::nullopt;
    answer.steps.push_back(step);
  }
  return answer;
}

} // namespace warmfront
