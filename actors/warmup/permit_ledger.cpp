#include "actors/warmup/permit_ledger.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "actors/warmup/plans.hpp"

namespace warmfront {

namespace {

constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();
/// A mark runs ahead by 2 % of the day, so that a crash burns no more than that; within bounds
/// that make neither tiny days slow nor huge ones costly.
constexpr std::uint64_t chunk_min = 10;
constexpr std::uint64_t chunk_max = 2000;

} // namespace

permit_ledger::permit_ledger(std::string subject, const warmup_rules& rules)
    : rules_{&rules}, subject_{std::move(subject)} {}

void permit_ledger::load_mark(std::uint32_t day, std::uint64_t used) {
  assert(!exists_);
  marks_on_disk_.emplace_back(day, used);
}

void permit_ledger::apply(const ledger_record& record, storage::revision at, const plan* rule) {
  const bool is_first = record_at_ == 0 && leases_at_ == 0;
  exists_ = true;
  record_ = record;
  record_at_ = at;
  if (record.opened_day > day_ || is_first)
    start_day(record.opened_day);
  // In memory the day may be ahead of the record: it is being opened.
  day_ends_ = day_start(record_, std::max(day_, record_.opened_day) + 1, rules_->day);
  apply_plan(rule);
}

void permit_ledger::apply_plan(const plan* rule) {
  plan_ = rule != nullptr ? std::optional{*rule} : std::nullopt;
  recompute();
}

void permit_ledger::apply_day(std::uint32_t day, const ledger_day_record& leases,
                              storage::revision at) {
  if (day < day_) {
    older_lease_day_ = std::max(day, older_lease_day_.value_or(0));
    return;
  }
  if (day > day_)
    start_day(day);
  const bool was_open = mine_.has_value();
  leases_ = leases;
  leases_at_ = at;
  recompute();
  if (mine_ && !was_open && !mark_known_) {
    used_ = durable_ = std::max(used_, *mine_);
    burnt_ = *mine_;
    mark_known_ = true;
  }
}

void permit_ledger::start_day(std::uint32_t day) {
  if (leases_at_ != 0)
    older_lease_day_ = day_;
  day_ = day;
  used_ = durable_ = 0;
  mark_known_ = raising_ = false;
  leases_ = {};
  leases_at_ = 0;
  for (const auto& [marked_day, used] : marks_on_disk_) {
    if (marked_day == day) {
      used_ = durable_ = used;
      mark_known_ = true;
    }
  }
  day_ends_ = day_start(record_, day + 1, rules_->day);
  recompute();
}

void permit_ledger::recompute() {
  limit_ = limit_of_day(day_);
  mine_.reset();
  std::uint64_t others = 0;
  for (const auto& grant : leases_.grants) {
    if (grant.node == rules_->node)
      mine_ = grant.permits;
    else
      others += grant.permits;
  }
  grantable_ = limit_ ? *limit_ - std::min(*limit_, others) : unlimited;
  paused_ = record_.paused;
  lease_short_ = !mine_ || (limit_ && *mine_ < grantable_);
  bound_ = bound_batch_ = 0;
  if (mine_ && !paused_) {
    bound_ = limit_ ? std::min(*mine_, grantable_) : unlimited;
    bound_batch_ =
        limit_ ? class_bound(bound_, mail_class::batch, rules_->reserve_percent) : unlimited;
  }
  raise_below_ = chunk() / 2 + 1;
}

std::uint64_t permit_ledger::chunk() const {
  return limit_ ? std::clamp(*limit_ / 50, chunk_min, chunk_max) : chunk_max;
}

std::optional<std::uint64_t> permit_ledger::room(mail_class importance) const {
  if (!limit_)
    return std::nullopt;
  const auto bound = class_bound(grantable_, importance, rules_->reserve_percent);
  return bound - std::min(bound, used_);
}

permit_state permit_ledger::refusal(std::uint64_t bound) const {
  if (paused_)
    return permit_state::paused;
  if (!mine_)
    return grantable_ > 0 ? permit_state::pending : permit_state::exhausted;
  if (used_ < bound) // the mark is in the way
    return permit_state::pending;
  return lease_short_ && used_ < grantable_ ? permit_state::pending : permit_state::exhausted;
}

bool permit_ledger::refund(std::uint32_t day) {
  if (day != day_ || used_ == 0)
    return false;
  --used_;
  return true;
}

permit_ledger::raise permit_ledger::next_raise() {
  assert(is_raise_due());
  raising_ = true;
  raise next{day_, std::min(grantable_, used_ + chunk()), {}};
  // Days before the opened one are asked for by nobody.
  std::erase_if(marks_on_disk_, [&](const auto& mark) {
    if (mark.first < record_.opened_day)
      next.forget.push_back(mark.first);
    return mark.first < record_.opened_day;
  });
  return next;
}

bool permit_ledger::mark_written(std::uint32_t day, std::uint64_t to) {
  const auto known =
      std::ranges::any_of(marks_on_disk_, [&](const auto& mark) { return mark.first == day; });
  if (!known)
    marks_on_disk_.emplace_back(day, 0);
  if (day != day_)
    return false; // the day ended meanwhile
  raising_ = false;
  mark_known_ = true;
  durable_ = std::max(durable_, to);
  return mine_.has_value();
}

storage::control_transaction permit_ledger::lease() const {
  storage::control_transaction lease;
  if (!wants_lease())
    return lease;
  // A day without limit is opened by a lease of nothing: its permits need none.
  auto leases = leases_;
  const auto permits = limit_ ? grantable_ : 0;
  const auto at = std::ranges::find(leases.grants, rules_->node, &ledger_day_record::grant::node);
  if (at != leases.grants.end())
    at->permits = std::max(at->permits, permits);
  else
    leases.grants.push_back({rules_->node, permits});
  const auto day_key = ledger_day_key(subject_, day_);
  lease.when = {{ledger_key(subject_), record_at_}, {day_key, leases_at_}};
  lease.then.push_back({day_key, encode(leases)});
  if (day_ > record_.opened_day)
    lease.then.push_back(
        {ledger_key(subject_), encode(with_opened_day(record_, day_, rules_->day))});
  if (older_lease_day_ && *older_lease_day_ < day_)
    lease.then.push_back({ledger_day_key(subject_, *older_lease_day_), std::nullopt});
  return lease;
}

std::optional<permit_ledger::raise> permit_ledger::settle() {
  if (!exists_ || !(mark_known_ || raising_))
    return std::nullopt;
  return raise{day_, used_, {}};
}

std::uint64_t permit_ledger::leased() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& grant : leases_.grants)
    sum += grant.permits;
  return sum;
}

std::optional<std::uint64_t> permit_ledger::limit_of_day(std::uint32_t day) const {
  return plan_ ? limit_on(*plan_, plan_position(record_, day)) : std::optional<std::uint64_t>{0};
}

ledger_report permit_ledger::report(wall_time now) const {
  // Looking changes nothing: the day is opened by mail, not by a question.
  const bool is_later = now >= day_ends_;
  const auto day = is_later ? day_at(record_, now, rules_->day) : day_;
  ledger_report report;
  report.subject = ledger_subject{subject_};
  report.plan = record_.plan;
  report.day = plan_position(record_, day);
  report.day_ends_at = day_start(record_, day + 1, rules_->day);
  report.limit = limit_of_day(day);
  report.used = is_later ? 0 : used_;
  report.leased = is_later ? 0 : leased();
  if (record_.paused)
    report.state = ledger_state::paused;
  else if (report.limit && report.used >= *report.limit)
    report.state = ledger_state::exhausted;
  return report;
}

} // namespace warmfront
