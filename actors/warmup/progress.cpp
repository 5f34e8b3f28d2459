#include "actors/warmup/progress.hpp"

#include <algorithm>
#include <cassert>

namespace warmfront {

namespace {

constexpr std::uint32_t idle_grace_days = 7;
constexpr std::uint32_t idle_days_max = 30;
constexpr std::uint32_t early_positions = 7;
constexpr std::uint32_t held_days = 3;
constexpr std::uint64_t early_outcomes_min = 100;
/// One complaint among a hundred is chance.
constexpr std::uint64_t early_complaints_min = 2;

/// Where a share of two counts lies against a rate. @pre counts < 2^44.
int against(std::uint64_t count, std::uint64_t of, rate bound) {
  const auto share = count * 100 * percent;
  const auto wanted = of * bound;
  return share < wanted ? -1 : share > wanted ? 1 : 0;
}

bool is_good(const quality_counts& day, const quality_thresholds& rules) {
  const auto compare = [&](std::uint64_t count, rate bound) {
    return against(count, day.outcomes, bound);
  };
  return (compare(day.invalid, rules.raise_invalid) < 0 &&
          compare(day.delivered, rules.raise_delivered) > 0 &&
          compare(day.spam, rules.raise_spam) < 0 &&
          compare(day.complaints, rules.raise_complaints) < 0) ||
         (compare(day.delivered, rules.engaged_delivered) > 0 &&
          compare(day.complaints, rules.engaged_complaints) < 0 &&
          compare(day.opened, rules.engaged_opened) > 0);
}

bool is_bad(const quality_counts& day, const quality_thresholds& rules) {
  const auto compare = [&](std::uint64_t count, rate bound) {
    return against(count, day.outcomes, bound);
  };
  return day.outcomes > rules.judged_above && (compare(day.invalid, rules.lower_invalid) > 0 ||
                                               compare(day.delivered, rules.lower_delivered) < 0 ||
                                               compare(day.spam, rules.lower_spam) > 0 ||
                                               compare(day.complaints, rules.lower_complaints) > 0);
}

bool is_very_bad(const quality_counts& day, const quality_thresholds& rules) {
  return day.outcomes > rules.judged_above &&
         (against(day.invalid, day.outcomes, rules.block_invalid) > 0 ||
          against(day.spam, day.outcomes, rules.block_spam) > 0);
}

bool is_weak(const quality_counts& day, const quality_thresholds& rules) {
  return day.outcomes >= early_outcomes_min &&
         (against(day.invalid, day.outcomes, rules.raise_invalid) >= 0 ||
          against(day.delivered, day.outcomes, rules.raise_delivered) <= 0 ||
          against(day.spam, day.outcomes, rules.raise_spam) >= 0 ||
          (day.complaints >= early_complaints_min &&
           against(day.complaints, day.outcomes, rules.raise_complaints) >= 0));
}

/// Once a day: who moves the ledger by hand after that means it.
bool was_weakened_today(const ledger_record& ledger) {
  return std::ranges::any_of(ledger.moves, [&](const ledger_move& each) {
    return each.cause == move_cause::weakened && each.at >= ledger.day_started_at;
  });
}

bool is_used(const day_result& day, const quality_thresholds& rules) {
  return day.limit && against(day.used, *day.limit, rules.raise_used) >= 0;
}

ledger_move move_of(wall_time at, move_cause cause, const day_result& day) {
  ledger_move move;
  move.at = at;
  move.cause = cause;
  move.limit = day.limit.value_or(0);
  move.used = day.used;
  move.quality = day.quality;
  return move;
}

/// Where the plan is after the ended day, and where it is now; the moves in between.
class walk {
public:
  walk(const ledger_record& ledger, const plan& rule, std::uint32_t day)
      : ledger_{ledger}, rule_{rule}, day_{day}, idle_{day - ledger.opened_day - 1},
        last_{std::max<std::uint32_t>(1, static_cast<std::uint32_t>(rule.days.size()))},
        position_{plan_position(ledger, ledger.opened_day)} {}

  void follow_calendar() {
    const auto from = std::max(ledger_.opened_day, ledger_.held_until);
    const auto days = day_ > from ? day_ - from : 0;
    position_ += std::min(days, std::min(idle_, idle_grace_days) + 1);
  }
  void judge_use(const day_result& ended) {
    if (ledger_.opened_day < ledger_.held_until)
      return;
    const bool used = is_used(ended, rule_.thresholds);
    // From the last day there is nowhere to go.
    if (used && position_ < last_)
      step(move_cause::advanced, position_ + 1, ended);
    else if (!used && position_ <= last_)
      step(move_cause::repeated, position_, ended);
  }
  void judge_quality(const day_result& ended) {
    if (is_bad(ended.quality, rule_.thresholds) && position_ > 1)
      step(move_cause::lowered, std::min(position_, last_) - 1, ended);
  }
  void judge_idleness() {
    if (idle_ > idle_days_max && position_ > 1)
      step(move_cause::restarted, 1, {});
    else if (idle_ > idle_grace_days && idle_ <= idle_days_max && position_ > 1) {
      const auto down = idle_ - idle_grace_days;
      const auto from = std::min(position_, last_);
      step(move_cause::idle, from > down ? from - down : 1, {});
    }
  }
  /// The opened ledger with what was found.
  [[nodiscard]] ledger_record finish(ledger_record opened) const {
    for (auto move : moves_) {
      move.at = opened.day_started_at;
      opened = with_move(std::move(opened), move);
    }
    if (plan_position(opened, day_) == position_)
      return opened;
    opened.base_day = day_;
    opened.base_position = position_;
    return opened;
  }

private:
  void step(move_cause cause, std::uint32_t to, const day_result& day) {
    auto move = move_of({}, cause, day);
    move.from = position_;
    move.to = to;
    if (cause == move_cause::idle || cause == move_cause::restarted)
      move.idle_days = idle_;
    moves_.push_back(move);
    position_ = to;
  }

  const ledger_record& ledger_;
  const plan& rule_;
  std::uint32_t day_;
  std::uint32_t idle_;
  std::uint32_t last_;
  std::uint32_t position_;
  std::vector<ledger_move> moves_;
};

} // namespace

std::uint64_t limit_on_day(const ledger_record& ledger, const std::vector<std::uint64_t>& days,
                           std::uint32_t day) {
  const auto limit = *limit_on(days, plan_position(ledger, day));
  return day < ledger.held_until ? std::max<std::uint64_t>(1, limit / 4 * 3 + limit % 4 * 3 / 4)
                                 : limit;
}

std::optional<std::uint64_t> limit_on_day(const ledger_record& ledger, const plan& rule,
                                          std::uint32_t day) {
  return rule.days.empty() ? std::nullopt : std::optional{limit_on_day(ledger, rule.days, day)};
}

ledger_record on_day(const ledger_record& ledger, const plan& rule, std::uint32_t day,
                     const day_rule& days, const day_result& ended) {
  assert(day > ledger.opened_day);
  auto opened = with_opened_day(ledger, day, days);
  if (rule.days.empty())
    return opened;
  // Moved by hand after the opened day: from there on nothing was sent.
  const bool is_set = ledger.base_day > ledger.opened_day;
  auto from = ledger;
  if (is_set)
    from.opened_day = std::min(ledger.base_day, day);
  if (from.opened_day == day)
    return opened;
  walk way{from, rule, day};
  switch (rule.advance) {
  case plan_advance::calendar:
    way.follow_calendar();
    break;
  case plan_advance::on_use:
    if (!is_set)
      way.judge_use(ended);
    break;
  case plan_advance::level:
    if (!is_set)
      way.judge_quality(ended);
    break;
  }
  way.judge_idleness();
  return way.finish(std::move(opened));
}

std::optional<ledger_record> judged_today(const ledger_record& ledger, const plan& rule,
                                          const day_result& today, wall_time now) {
  const auto day = ledger.opened_day;
  if (rule.days.empty() || ledger.blocked_day == day)
    return std::nullopt;
  const auto position = plan_position(ledger, day);
  auto changed = ledger;
  auto move = move_of(now, move_cause::blocked, today);
  move.from = move.to = position;
  if (rule.advance != plan_advance::level) {
    if (position > early_positions || day < ledger.held_until ||
        !is_weak(today.quality, rule.thresholds) || was_weakened_today(ledger))
      return std::nullopt;
    move.cause = move_cause::weakened;
    changed.base_day = day;
    changed.base_position = position;
    changed.held_until = day + held_days;
  } else if (is_very_bad(today.quality, rule.thresholds)) {
    changed.blocked_day = day;
  } else if (position < rule.days.size() && today.limit &&
             against(today.quality.outcomes, *today.limit, rule.thresholds.raise_used) >= 0 &&
             is_good(today.quality, rule.thresholds)) {
    move.cause = move_cause::raised;
    move.to = position + 1;
    changed.base_day = day;
    changed.base_position = position + 1;
  } else {
    return std::nullopt;
  }
  return with_move(std::move(changed), move);
}

} // namespace warmfront
