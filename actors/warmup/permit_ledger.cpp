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
  const bool is_first = !known_ && leases_at_ == 0;
  exists_ = known_ = true;
  record_ = record;
  if (record_at_ == 0 && leases_at_ == 0)
    leases_ = {}; // what was remembered is superseded
  record_at_ = at;
  if (record.opened_day > day_ || is_first)
    start_day(record.opened_day);
  // In memory the day may be ahead of the record: it is being opened.
  day_ends_ = day_start(record_, std::max(day_, record_.opened_day) + 1, rules_->day);
  apply_plan(rule);
}

void permit_ledger::recall(const ledger_memory& memory) {
  assert(!known_);
  exists_ = known_ = true;
  record_ = memory.record;
  const bool is_open = memory.lease && memory.day >= record_.opened_day;
  start_day(is_open ? memory.day : record_.opened_day);
  if (is_open)
    leases_.grants.push_back({rules_->node, *memory.lease});
  if (is_open && memory.given_back)
    kept_ = memory.lease;
  kept_at_ = 0;
  plan_.reset();
  if (memory.plan_known)
    plan_ = plan{record_.plan, memory.plan_days, false};
  recompute();
  burn_unmarked();
}

ledger_memory permit_ledger::memory() const {
  ledger_memory memory;
  memory.record = record_;
  memory.plan_known = plan_.has_value();
  if (plan_)
    memory.plan_days = plan_->days;
  memory.day = day_;
  memory.lease = mine_;
  memory.given_back = kept_.has_value();
  return memory;
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
  leases_ = leases;
  leases_at_ = at;
  if (giving_back_ || kept_at_ == 0)
    kept_at_ = at;
  recompute();
  burn_unmarked();
}

void permit_ledger::day_deleted(std::uint32_t day) {
  if (older_lease_day_ == day)
    older_lease_day_.reset();
}

void permit_ledger::burn_unmarked() {
  if (!mine_ || mark_known_)
    return;
  used_ = durable_ = std::max(used_, *mine_);
  burnt_ = *mine_;
  mark_known_ = true;
}

void permit_ledger::start_day(std::uint32_t day) {
  if (leases_at_ != 0)
    older_lease_day_ = day_;
  day_ = day;
  used_ = durable_ = 0;
  mark_known_ = raising_ = giving_back_ = false;
  kept_.reset();
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

void permit_ledger::count_grants() {
  mine_.reset();
  std::uint64_t others = 0;
  for (const auto& grant : leases_.grants) {
    if (grant.node == rules_->node)
      mine_ = grant.permits;
    else
      others += grant.permits;
  }
  if (kept_ && !giving_back_ && kept_at_ != 0 && kept_at_ != leases_at_)
    kept_.reset(); // no transaction that gives back can happen any more
  if (kept_ && mine_)
    mine_ = std::min(*mine_, *kept_);
  grantable_ = limit_ ? *limit_ - std::min(*limit_, others) : unlimited;
  if (share_ == lease_share::none)
    grantable_ = mine_ ? std::min(grantable_, limit_ ? *mine_ : unlimited) : 0;
}

void permit_ledger::recompute() {
  limit_ = limit_of_day(day_);
  count_grants();
  paused_ = record_.paused;
  lease_short_ = !mine_ || (limit_ && *mine_ < grantable_);
  bound_ = bound_batch_ = 0;
  if (mine_ && !paused_) {
    bound_ = limit_ ? std::min(*mine_, grantable_) : unlimited;
    bound_batch_ =
        limit_ ? class_bound(bound_, mail_class::batch, rules_->reserve_percent) : unlimited;
  }
  raise_below_ = static_cast<std::uint16_t>(chunk() / 2 + 1);
  compute_lease_from();
}

void permit_ledger::compute_lease_from() {
  lease_from_ = unlimited;
  // Without a record of the control store there is nothing to compare.
  if (!lease_short_ || giving_back_ || grantable_ == 0 || record_at_ == 0)
    return;
  lease_from_ = 0;
  if (!mine_ || share_ == lease_share::all || rules_->live_nodes <= 1)
    return;
  // Early enough that batch mail, which leaves the reserve alone, does not wait for the lease.
  const auto last = class_bound(*mine_, mail_class::batch, rules_->reserve_percent);
  lease_from_ = last - std::min(last, std::max(chunk() / 2, next_part(*mine_) / 4));
}

std::uint64_t permit_ledger::next_part(std::uint64_t mine) const {
  const auto left = grantable_ - std::min(grantable_, mine);
  if (share_ == lease_share::all || rules_->live_nodes <= 1)
    return left;
  const auto part = std::max(left / (2 * std::uint64_t{rules_->live_nodes}), chunk());
  return left < part + chunk() ? left : part; // a rest is not worth another transaction
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
  // What a crash burnt may lie above the lease: the part comes on top of it.
  const auto mine = mine_.value_or(0);
  const auto gone = std::max(mine, std::min(used_, grantable_));
  const auto permits = std::max(mine, std::min(grantable_, gone + next_part(gone)));
  auto leases = leases_;
  auto at = std::ranges::find(leases.grants, rules_->node, &ledger_day_record::grant::node);
  if (at == leases.grants.end())
    at = leases.grants.insert(at, {rules_->node, 0});
  // A day without limit is opened by a lease of nothing: its permits need none.
  if (limit_)
    at->permits = permits;
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

void permit_ledger::begin_give_back() {
  assert(has_unused());
  kept_ = used_;
  kept_at_ = leases_at_;
  giving_back_ = true;
  recompute();
}

storage::control_transaction permit_ledger::give_back() const {
  storage::control_transaction lowered;
  if (!giving_back_ || !exists_ || leases_at_ == 0)
    return lowered;
  auto leases = leases_;
  const auto at = std::ranges::find(leases.grants, rules_->node, &ledger_day_record::grant::node);
  if (at == leases.grants.end() || at->permits <= *kept_)
    return lowered;
  at->permits = *kept_;
  const auto day_key = ledger_day_key(subject_, day_);
  lowered.when.push_back({day_key, leases_at_});
  lowered.then.push_back({day_key, encode(leases)});
  return lowered;
}

void permit_ledger::give_back_ended() {
  giving_back_ = false;
  recompute();
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
