#include "actors/warmup/preview.hpp"

#include <algorithm>
#include <memory>

#include "actors/warmup/horizon.hpp"
#include "actors/warmup/ledger_commands.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t preview_days_max = 366;

/// The plan's days to come, each of them used.
std::vector<ledger_outlook::day> planned_days(const permit_ledger& ledger,
                                              const warmup_rules& rules, std::uint32_t count,
                                              wall_time now) {
  std::vector<ledger_outlook::day> days;
  if (!ledger.rule())
    return days;
  outlook future{ledger, rules, mail_class::triggered, now};
  while (days.size() < count) {
    days.push_back({future.position(), future.begins(), future.limit(), 0});
    // A level is raised within its day: that day's limit is the one it ends with.
    if (future.limit())
      future.spend(future.room(), {});
    if (future.ends() == wall_time::max())
      break;
    future.move(future.ends());
  }
  return days;
}

/// Adds what is spent of the ledger to its days. @returns when all of the group has gone.
std::optional<wall_time> run_group(const ledger_finder& find, const warmup_rules& rules,
                                   const preview_ledger::group& group, const permit_ledger* of,
                                   ledger_outlook& to, wall_time now) {
  auto all = gather(find, rules, group, now);
  if (all.stopped_by || all.sources.empty())
    return std::nullopt;
  horizon future{std::move(all.sources), std::move(all.domain), now};
  std::vector<demand> demands{{{}, group.waiting}};
  std::uint64_t before = 0;
  std::size_t at = 0;
  const auto until = forecast_end(rules, now);
  for (;;) {
    future.serve(demands);
    while (at + 1 < to.days.size() && to.days[at + 1].at <= future.now())
      ++at;
    const auto spent = future.spent_of(of);
    // Behind the last day that was asked for it counts for none.
    const bool is_shown = at + 1 < to.days.size() || future.now() < to.days.back().at + rules.day;
    if (is_shown)
      to.days[at].forecast += spent - before;
    before = spent;
    if (demands.front().left == 0)
      return std::max(future.last_at(), now);
    if (!future.move() || future.now() > until)
      return std::nullopt;
  }
}

ledger_outlook look(const ledger_finder& find, const warmup_rules& rules,
                    const preview_ledger& question, wall_time now) {
  ledger_outlook seen;
  const auto count = std::clamp<std::uint32_t>(question.days, 1, preview_days_max);
  const auto* const of = find(question.subject.str());
  if (of != nullptr)
    seen.days = planned_days(*of, rules, count, now);
  else
    for (std::uint32_t day = 0; day < count; ++day)
      seen.days.push_back({0, day_rule{rules.day}.begin_after(now, day), std::nullopt, 0});
  if (seen.days.empty())
    return seen;
  std::optional<wall_time> last = now;
  for (const auto& group : question.waiting) {
    if (group.waiting == 0)
      continue;
    const auto finished = run_group(find, rules, group, of, seen, now);
    last = last && finished ? std::max(last, finished) : std::nullopt;
  }
  seen.finish_at = last;
  return seen;
}

/// The ledger as a command would leave it.
result<void> apply_change(permit_ledger& changed, const ledger_book& book,
                          const result<storage::control_transaction>& change) {
  if (!change)
    return change.error();
  if (change.value().then.empty() || !change.value().then.front().value)
    return success(); // it is so already
  WARMFRONT_TRY(record, decode_ledger(*change.value().then.front().value));
  const auto rule = book.find_rules(record.plan);
  changed.apply(record, changed.revision() + 1, rule);
  return success();
}

} // namespace

result<ledger_preview> preview(const ledger_book& book, const preview_ledger& question,
                               wall_time now) {
  const auto* const present = book.find(question.subject.str());
  permit_ledger changed =
      present != nullptr ? *present : permit_ledger{question.subject.str(), book.rules()};
  if (present != nullptr)
    changed.advance(now);
  if (!question.plan.empty()) {
    WARMFRONT_TRY(apply_change(changed, book,
                               build(book, set_ledger_plan{question.subject, question.plan}, now)));
  }
  if (question.day != 0) {
    WARMFRONT_TRY(apply_change(changed, book,
                               build(book, set_ledger_day{question.subject, question.day}, now)));
  }
  if (present == nullptr && question.plan.empty())
    return error{errc::not_found, "there is no ledger of `" + question.subject.str() + "`",
                 "start one by setting its plan", "subject"};
  ledger_preview told;
  told.exists = present != nullptr;
  const auto as_it_is = ledgers_of(book);
  told.before = look(as_it_is, book.rules(), question, now);
  if (question.plan.empty() && question.day == 0) {
    told.after = told.before;
    return told;
  }
  told.after = look(
      [&](std::string_view subject) {
        return subject == question.subject.str() ? &changed : as_it_is(subject);
      },
      book.rules(), question, now);
  return told;
}

} // namespace warmfront
