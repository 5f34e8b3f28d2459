// What a ledger leases and gives back, what it tells the other nodes, and what it reports.
#include <algorithm>
#include <cassert>

#include "actors/warmup/permit_ledger.hpp"

namespace warmfront {

namespace {

/// A report is worth a transaction when this part of the day's limit is new, and not for less than
/// a few mails.
constexpr std::uint64_t news_parts = 20;
constexpr std::uint64_t news_min = 50;
constexpr std::uint64_t complaints_news = 5;

} // namespace

bool permit_ledger::wants_lease() const {
  return exists_ && mark_known_ &&
         (total_.wants_lease() || std::ranges::any_of(providers_, [](const auto& each) {
            return each.limited() && each.share.wants_lease();
          }));
}

void permit_ledger::write_use(ledger_grant& to) const {
  to.used = spent();
  to.quality = quality_;
}

void permit_ledger::put_leases(storage::control_transaction& to,
                               const ledger_day_record& leases) const {
  auto key = ledger_day_key(subject_, day_);
  to.when.push_back({key, leases_at_});
  to.then.push_back({std::move(key), encode(leases)});
}

void permit_ledger::lease_providers(ledger_grant& to) const {
  for (const auto& each : providers_) {
    if (!each.limited())
      continue;
    auto& part = to.providers[each.leased_as()];
    if (each.share.wants_lease() || !each.share.mine())
      part = std::max(part, each.share.next_lease());
    // A plan edited today may have had it leased as another kind.
    part = std::max(part, each.share.used());
  }
}

storage::control_transaction permit_ledger::lease() const {
  storage::control_transaction lease;
  if (!wants_lease())
    return lease;
  auto leases = leases_;
  auto* grant = own_grant(leases);
  if (grant == nullptr)
    grant = &leases.grants.emplace_back(ledger_grant{rules_->node});
  // A day without limit is opened by a lease of nothing: its permits need none.
  if (total_.limit())
    grant->permits = total_.wants_lease() ? total_.next_lease() : total_.mine().value_or(0);
  // An owner takes all at once.
  if (share_ == lease_share::all && leases.grants.size() == 1 && total_.limit() &&
      grant->permits >= *total_.limit())
    grant->whole = true;
  if (grant->whole)
    grant->providers.clear();
  else
    lease_providers(*grant);
  write_use(*grant);
  lease.when.push_back({ledger_key(subject_), record_at_});
  put_leases(lease, leases);
  if (opening_)
    lease.then.push_back({ledger_key(subject_), encode(*opening_)});
  if (older_lease_day_ && *older_lease_day_ < day_)
    lease.then.push_back({ledger_day_key(subject_, *older_lease_day_), std::nullopt});
  return lease;
}

bool permit_ledger::has_news() const {
  if (!exists_ || leases_at_ == 0 || !total_.mine() || !plan_ ||
      plan_->value.advance == plan_advance::calendar)
    return false;
  const auto* const told = own_grant(leases_);
  if (told == nullptr)
    return false;
  const auto enough = std::max(total_.limit().value_or(0) / news_parts, news_min);
  // Few complaints say as much as many outcomes.
  return spent() >= told->used + enough || quality_.outcomes >= told->quality.outcomes + enough ||
         quality_.opened >= told->quality.opened + enough ||
         quality_.complaints >= told->quality.complaints + complaints_news;
}

storage::control_transaction permit_ledger::report_use() const {
  storage::control_transaction told;
  auto leases = leases_;
  auto* const grant = own_grant(leases);
  if (grant == nullptr || leases_at_ == 0)
    return told;
  write_use(*grant);
  put_leases(told, leases);
  return told;
}

void permit_ledger::begin_give_back() {
  assert(has_unused());
  kept_ = total_.used();
  kept_at_ = leases_at_;
  for (auto& each : providers_)
    each.kept = each.share.used();
  giving_back_ = true;
  recompute();
}

storage::control_transaction permit_ledger::give_back() const {
  storage::control_transaction lowered;
  if (!giving_back_ || !exists_ || leases_at_ == 0)
    return lowered;
  auto leases = leases_;
  auto* const grant = own_grant(leases);
  if (grant == nullptr || grant->permits <= *kept_)
    return lowered;
  grant->permits = *kept_;
  grant->whole = false;
  provider_permits kept;
  for (const auto& each : providers_) {
    if (!each.limited())
      continue;
    auto& part = kept[each.leased_as()];
    part = std::max(part, each.kept);
  }
  for (const auto& [provider, permits] : kept)
    if (const auto [at, is_new] = grant->providers.try_emplace(provider, permits); !is_new)
      at->second = std::min(at->second, permits);
  write_use(*grant);
  put_leases(lowered, leases);
  return lowered;
}

void permit_ledger::give_back_ended() {
  giving_back_ = false;
  recompute();
}

// ---- quality ------------------------------------------------------------------------------

void permit_ledger::count(const quality_counts& more) {
  quality_ += more;
}

std::optional<ledger_record> permit_ledger::judged(wall_time now) const {
  if (!exists_ || !plan_ || record_at_ == 0 || opening_ || !is_open() || now >= day_ends_)
    return std::nullopt;
  return judged_today(record_, plan_->value, result(), now);
}

day_result permit_ledger::result() const {
  day_result day{total_.limit(), spent(), quality_};
  for (const auto& grant : leases_.grants) {
    if (grant.node == rules_->node)
      continue;
    day.used += grant.used;
    day.quality += grant.quality;
  }
  return day;
}

// ---- what is so ---------------------------------------------------------------------------

std::uint64_t permit_ledger::leased() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& grant : leases_.grants)
    sum += grant.permits;
  return sum;
}

std::optional<std::uint64_t> permit_ledger::limit_of(const ledger_record& record,
                                                     std::uint32_t day) const {
  return plan_ ? limit_on_day(record, plan_->value, day) : std::optional<std::uint64_t>{0};
}

ledger_state permit_ledger::state_now(const permit_share& share) const {
  if (stopped_)
    return stop_ == permit_state::paused    ? ledger_state::paused
           : stop_ == permit_state::blocked ? ledger_state::blocked
                                            : ledger_state::exhausted;
  if (share.limit() && share.used() >= *share.limit())
    return ledger_state::exhausted;
  return share.ask(mail_class::triggered) == permit_state::paced ? ledger_state::paced
                                                                 : ledger_state::open;
}

std::vector<ledger_report> permit_ledger::reports(wall_time now) const {
  // Looking changes nothing: the day is opened by mail, not by a question.
  if (now >= day_ends_) {
    auto later = *this;
    later.move(now);
    return later.reports(day_start(later.today(), later.day_, days()));
  }
  ledger_report report;
  report.subject = ledger_subject{subject_};
  report.plan = record_.plan;
  report.day = plan_position(today(), day_);
  report.day_ends_at = day_ends_;
  report.ledger_day = day_;
  report.day_started_at = today().day_started_at;
  report.limit = total_.limit();
  report.used = is_lost() ? std::max(total_.used(), total_.limit().value_or(0)) : total_.used();
  report.leased = leased();
  report.state = state_now(total_);
  report.held_days = today().held_until > day_ ? today().held_until - day_ : 0;
  report.quality = quality_;
  report.moves = today().moves;
  std::vector<ledger_report> reports{report};
  report.moves.clear();
  report.quality = {};
  for (const auto& each : providers_) {
    if (!each.limited() || (each.provider == every_other_provider && each.share.used() == 0))
      continue;
    report.provider = each.provider.str();
    report.limit = each.share.limit();
    report.used = each.share.used();
    report.leased = 0;
    for (const auto& grant : leases_.grants)
      if (grant.whole)
        report.leased += each.share.limit().value_or(0);
      else if (const auto granted = grant.providers.find(each.provider);
               granted != grant.providers.end())
        report.leased += granted->second;
    report.state = state_now(each.share);
    reports.push_back(report);
  }
  return reports;
}

} // namespace warmfront
