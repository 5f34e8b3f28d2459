// Days that have ended: what is kept of them.
#include <algorithm>
#include <iterator>
#include <memory>

#include "actors/warmup/permit_ledger.hpp"

namespace warmfront {

ledger_day permit_ledger::as_day() const {
  const auto& of = today();
  ledger_day kept;
  kept.day = day_;
  kept.level = plan_position(of, day_);
  kept.plan = record_.plan;
  kept.started_at = day_ >= of.opened_day ? day_start(of, day_, days()) : of.day_started_at;
  kept.ended_at = day_ends_;
  kept.limit = limit();
  kept.used = spent();
  kept.quality = quality_;
  std::ranges::copy_if(of.moves, std::back_inserter(kept.moves),
                       [&](const ledger_move& each) { return each.at >= kept.started_at; });
  for (const auto& each : providers_)
    if (each.limited() && each.share.used() > 0)
      kept.providers[each.provider] = {each.share.limit().value_or(0), each.share.used()};
  return kept;
}

void permit_ledger::close_day() {
  const bool is_noted = closed_ && closed_->day == day_;
  if (exists_ && !is_noted && (spent() > 0 || quality_ != quality_counts{}))
    closed_ = std::make_shared<const ledger_day>(as_day());
}

void permit_ledger::close_day_at(wall_time now) {
  if (!exists_ || now < day_ends_ || noted_day_ == day_ + 1)
    return;
  close_day();
  noted_day_ = day_ + 1;
}

/// This node was away when the day that it had counted ended: others may know the rest of it.
void permit_ledger::close_loaded_day() {
  if (!loaded_quality_ || loaded_quality_->kept || loaded_quality_->day >= record_.opened_day)
    return;
  ledger_day kept;
  kept.day = loaded_quality_->day;
  kept.plan = record_.plan;
  kept.quality = loaded_quality_->counts;
  const auto passed = record_.opened_day - kept.day;
  kept.started_at = days().begin_before(record_.day_started_at, passed);
  kept.ended_at = days().begin_before(record_.day_started_at, passed - 1);
  for (const auto& [day, mark] : marks_on_disk_)
    if (day == kept.day)
      kept.used = mark.used;
  closed_ = std::make_shared<const ledger_day>(std::move(kept));
}

} // namespace warmfront
