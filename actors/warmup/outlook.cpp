#include "actors/warmup/outlook.hpp"

#include <algorithm>
#include <cassert>

namespace warmfront {

outlook::outlook(const permit_ledger& ledger, const warmup_rules& rules, mail_class importance,
                 wall_time now)
    : plan_{ledger.rule()}, record_{ledger.today()}, importance_{importance},
      reserve_percent_{rules.reserve_percent}, day_{ledger.day()}, ends_{ledger.day_ends()},
      of_{&ledger} {
  assert(plan_);
  record_.moves.clear();
  limit_ = ledger.limit().value_or(unlimited);
  used_ = ledger.used();
  // What is blocked today goes on tomorrow.
  room_ = ledger.is_stopped() ? 0 : ledger.room(importance).value_or(unlimited);
  for (const auto& each : ledger.reports(std::min(now, ends_ - microseconds{1})))
    if (each.provider != every_other_provider.str())
      used_at_[provider_name{each.provider}] = each.used;
  move(now);
}

outlook::outlook(plan_pointer rule, const warmup_rules& rules, mail_class importance, wall_time now)
    : plan_{std::move(rule)}, record_{new_ledger(plan_->value.name, now)}, importance_{importance},
      reserve_percent_{rules.reserve_percent} {
  begin_day();
}

void outlook::begin_day() {
  used_ = 0;
  used_at_.clear();
  ends_ = day_start(record_, day_ + 1, plan_->days);
  limit_ = limit_on_day(record_, plan_->value, day_).value_or(unlimited);
  room_ = limit_ == unlimited ? unlimited : bound(limit_);
}

void outlook::move(wall_time now) {
  if (!plan_ || now < ends_)
    return;
  day_result ended{limit_ == unlimited ? std::nullopt : std::optional{limit_}, used_, {}};
  ended.quality.outcomes = ended.quality.delivered = used_;
  day_ = day_at(record_, now, plan_->days);
  if (day_ > record_.opened_day)
    record_ = on_day(record_, plan_->value, day_, plan_->days, ended);
  record_.moves.clear();
  begin_day();
}

std::uint64_t outlook::room_for(const provider_name& provider) const {
  if (!plan_ || provider.empty())
    return room_;
  const auto& limits = plan_->value.providers;
  auto days = limits.find(provider);
  if (days == limits.end())
    days = limits.find(every_other_provider);
  if (days == limits.end())
    return room_;
  const auto most = bound(limit_on_day(record_, days->second, day_));
  const auto used = used_at_.find(provider);
  return std::min(room_, most - std::min(most, used == used_at_.end() ? 0 : used->second));
}

void outlook::spend(std::uint64_t permits, const provider_name& provider) {
  if (!plan_ || permits == 0)
    return;
  used_ += permits;
  spent_ += permits;
  if (room_ != unlimited)
    room_ -= permits;
  if (!provider.empty())
    used_at_[provider] += permits;
  raise_levels();
}

void outlook::raise_levels() {
  if (plan_->value.advance != plan_advance::level || limit_ == unlimited)
    return;
  for (;;) {
    day_result today{limit_, used_, {}};
    today.quality.outcomes = today.quality.delivered = used_;
    auto raised = judged_today(record_, plan_->value, today, record_.day_started_at);
    if (!raised)
      return;
    record_ = std::move(*raised);
    record_.moves.clear();
    limit_ = limit_on_day(record_, plan_->value, day_).value_or(unlimited);
    const auto most = bound(limit_);
    room_ = most - std::min(most, used_);
  }
}

wall_time outlook::last_usable(wall_time now) const {
  if (!plan_ || plan_->value.spread != plan_spread::even || limit_ == unlimited || used_ == 0)
    return now;
  const auto part =
      std::min(1.0, static_cast<double>(used_ - 1) /
                        static_cast<double>(std::max<std::uint64_t>(1, bound(limit_))));
  const auto begin = std::min(record_.day_started_at, now);
  return std::max(now, begin + std::chrono::floor<microseconds>((ends_ - begin) * part));
}

} // namespace warmfront
