#include "actors/warmup/ledger_commands.hpp"

#include "actors/warmup/plans.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t position_max = 1'000'000;

error no_ledger(const ledger_subject& subject) {
  return {errc::not_found, "there is no ledger of `" + subject.str() + "`",
          "start one by setting its plan", "subject"};
}

/// A change of an existing ledger; nothing when `changed` is what it is already.
storage::control_transaction replace(const permit_ledger& ledger, const ledger_record& changed) {
  storage::control_transaction transaction;
  if (changed == ledger.record())
    return transaction;
  const auto key = ledger_key(ledger.subject());
  transaction.when.push_back({key, ledger.revision()});
  transaction.then.push_back({key, encode(changed)});
  return transaction;
}

result<storage::control_transaction> set_paused(const ledger_book& book,
                                                const ledger_subject& subject, bool paused) {
  const auto* const ledger = book.find(subject.str());
  if (ledger == nullptr)
    return no_ledger(subject);
  auto changed = ledger->record();
  changed.paused = paused;
  return replace(*ledger, changed);
}

} // namespace

result<storage::control_transaction> build(const ledger_book& book, const set_ledger_plan& command,
                                           wall_time now) {
  WARMFRONT_TRY(check_subject(command.subject));
  if (book.find_plan(command.plan) == nullptr)
    return error{errc::not_found, "there is no plan `" + command.plan.str() + "`",
                 "use standard, conservative, warm or a plan of your own", "plan"};
  storage::control_transaction transaction;
  if (const auto* const ledger = book.find(command.subject.str())) {
    auto changed = ledger->record();
    changed.plan = command.plan;
    transaction = replace(*ledger, changed);
  } else {
    const auto key = ledger_key(command.subject.str());
    transaction.when.push_back({key, 0});
    transaction.then.push_back({key, encode(new_ledger(command.plan, now))});
  }
  // The plan must still be there: its deletion looks at ledgers, this looks at the plan.
  if (const auto revision = book.plan_revision(command.plan); revision != 0)
    transaction.when.push_back({plan_key(command.plan), revision});
  return transaction;
}

result<storage::control_transaction> build(const ledger_book& book, const pause_ledger& command,
                                           wall_time) {
  return set_paused(book, command.subject, true);
}

result<storage::control_transaction> build(const ledger_book& book, const resume_ledger& command,
                                           wall_time) {
  return set_paused(book, command.subject, false);
}

result<storage::control_transaction> build(const ledger_book& book, const set_ledger_day& command,
                                           wall_time now) {
  const auto* const ledger = book.find(command.subject.str());
  if (ledger == nullptr)
    return no_ledger(command.subject);
  if (command.day < 1 || command.day > position_max)
    return error{errc::invalid_argument,
                 "set the plan day of `" + command.subject.str() + "` to " +
                     std::to_string(command.day),
                 "days of a plan are counted from 1", "day"};
  const auto& before = ledger->today();
  ledger_move move;
  move.at = now;
  move.from = plan_position(before, before.opened_day);
  move.to = command.day;
  move.limit = ledger->limit().value_or(0);
  move.used = ledger->used();
  move.quality = ledger->quality().counts;
  return replace(
      *ledger, with_move(with_position(ledger->record(), command.day, now, ledger->days()), move));
}

result<storage::control_transaction> build(const ledger_book& book, const put_plan& command) {
  WARMFRONT_TRY(check_plan(command.value, command.allow_decrease));
  const auto key = plan_key(command.value.name);
  storage::control_transaction transaction;
  transaction.when.push_back({key, book.plan_revision(command.value.name)});
  transaction.then.push_back({key, encode(command.value)});
  return transaction;
}

result<storage::control_transaction> build(const ledger_book& book, const delete_plan& command) {
  const auto* const found = book.find_plan(command.name);
  if (found == nullptr)
    return error{errc::not_found, "there is no plan `" + command.name.str() + "`", {}, "name"};
  if (found->built_in)
    return error{
        errc::refused, "delete plan `" + command.name.str() + "`: it is built in", {}, "name"};
  if (book.is_plan_used(command.name))
    return error{errc::conflict, "delete plan `" + command.name.str() + "`: ledgers use it",
                 "set another plan for them first", "name"};
  const auto key = plan_key(command.name);
  storage::control_transaction transaction;
  transaction.when.push_back({key, book.plan_revision(command.name)});
  transaction.then.push_back({key, std::nullopt});
  return transaction;
}

} // namespace warmfront
