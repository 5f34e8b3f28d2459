#include "actors/warmup/permit_ledger.hpp"

#include <algorithm>
#include <cassert>

namespace warmfront {

namespace {

/// An evenly spread day has at most a step a minute, and none shorter than a timer's worth.
constexpr std::uint64_t steps_max = 1440;
constexpr microseconds step_min{100'000};

} // namespace

permit_ledger::permit_ledger(std::string subject, const warmup_rules& rules)
    : rules_{&rules}, subject_{std::move(subject)} {}

// ---- what the stores say ------------------------------------------------------------------

void permit_ledger::load_mark(std::uint32_t day, permit_mark mark) {
  assert(!exists_);
  marks_on_disk_.emplace_back(day, std::move(mark));
}

void permit_ledger::apply(const ledger_record& record, storage::revision at, plan_pointer rule) {
  const bool is_first = !known_ && leases_at_ == 0;
  // The usual change of the day: the record says what this node had worked out itself.
  const bool as_expected = exists_ && record_at_ != 0 && opening_ == record && plan_ == rule;
  if (record.opened_day > day_)
    close_day(); // by the record that it had
  exists_ = known_ = true;
  record_ = record;
  if (as_expected) {
    opening_.reset();
    record_at_ = at;
    return;
  }
  if (record_at_ == 0 && leases_at_ == 0)
    leases_ = {}; // what was remembered is superseded
  record_at_ = at;
  plan_ = std::move(rule);
  if (is_first)
    close_loaded_day();
  if (record.opened_day > day_ || is_first)
    start_day(record.opened_day);
  apply_plan(plan_);
}

void permit_ledger::recall(const ledger_memory& memory, plan_pointer rule) {
  assert(!known_);
  exists_ = known_ = true;
  record_ = memory.record;
  plan_ = std::move(rule);
  const bool is_open = memory.lease && memory.day >= record_.opened_day;
  start_day(is_open ? memory.day : record_.opened_day);
  if (is_open) {
    leases_.grants.push_back(*memory.lease);
    leases_.grants.back().node = rules_->node;
  }
  if (is_open && memory.given_back)
    kept_ = memory.lease->permits; // and nothing at any provider: the mark is at least as high
  kept_at_ = 0;
  recompute();
  burn_unmarked();
}

ledger_memory permit_ledger::memory() const {
  ledger_memory memory;
  memory.record = record_;
  memory.record.moves.clear();
  memory.day = day_;
  if (total_.mine()) {
    memory.lease.emplace();
    memory.lease->permits = *total_.mine();
    const auto* const own = own_grant(leases_);
    memory.lease->whole = own != nullptr && own->whole && !kept_;
    for (const auto& each : providers_)
      if (!memory.lease->whole && each.limited() && each.named && each.share.mine())
        memory.lease->providers.emplace_hint(memory.lease->providers.end(), each.provider,
                                             *each.share.mine());
  }
  memory.given_back = kept_.has_value();
  return memory;
}

void permit_ledger::apply_plan(plan_pointer rule) {
  plan_ = std::move(rule);
  open_later_day();
  // In memory the day may be ahead of the record: it is being opened.
  day_ends_ = day_start(today(), std::max(day_, today().opened_day) + 1, days());
  changes_at_ = wall_time::min();
  name_providers();
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
  if (!total_.mine() || mark_known_)
    return;
  const auto before = total_.used();
  total_.burn(*total_.mine());
  burnt_ = total_.used() - before;
  burnt_news_ = *total_.mine();
  for (auto& each : providers_)
    each.share.burn(each.share.mine().value_or(0));
  mark_known_ = true;
}

// ---- days ---------------------------------------------------------------------------------

void permit_ledger::move(wall_time now) {
  if (now >= day_ends_)
    start_day(day_at(record_, now, days()));
  const auto before = pace_;
  set_pace(now);
  if (pace_ != before)
    recompute();
}

void permit_ledger::start_day(std::uint32_t day) {
  close_day();
  if (day_ == record_.opened_day && day > day_)
    ended_ = result();
  if (leases_at_ != 0)
    older_lease_day_ = day_;
  day_ = day;
  total_.restart(0);
  // Those that the plan names stay: they are the same every day.
  std::erase_if(providers_, [](const provider_share& each) { return !each.named; });
  for (auto& each : providers_) {
    each.share.restart(0);
    each.kept = permit_share::unlimited;
    each.asked = false;
  }
  mark_known_ = raising_ = giving_back_ = false;
  burnt_ = 0;
  kept_.reset();
  leases_ = {};
  leases_at_ = 0;
  quality_ = {};
  if (loaded_quality_ && loaded_quality_->day == day)
    quality_ = loaded_quality_->counts;
  for (const auto& [marked_day, mark] : marks_on_disk_) {
    if (marked_day != day)
      continue;
    total_.restart(mark.used);
    for (const auto& [provider, used] : mark.providers)
      add_provider(provider).share.restart(used);
    mark_known_ = true;
  }
  apply_plan(plan_);
}

/// What the record will be when the present day is opened.
void permit_ledger::open_later_day() {
  opening_.reset();
  if (day_ <= record_.opened_day)
    return;
  opening_ = plan_ ? on_day(record_, plan_->value, day_, days(), ended_)
                   : with_opened_day(record_, day_, days());
}

void permit_ledger::set_pace(wall_time now) {
  pace_ = {};
  changes_at_ = day_ends_;
  const auto limit = limit_of(today(), day_);
  if (!plan_ || plan_->value.spread != plan_spread::even || !limit || now >= day_ends_)
    return;
  const auto begin = std::min(today().day_started_at, now);
  const auto length = day_ends_ - begin;
  const auto steps = std::max<std::int64_t>(
      1, std::min<std::int64_t>(static_cast<std::int64_t>(std::min(*limit, steps_max)),
                                length / step_min));
  const auto step = std::chrono::ceil<microseconds>(length / static_cast<double>(steps));
  const auto passed = std::min<std::int64_t>((now - begin) / step, steps - 1);
  pace_ = {static_cast<std::uint32_t>(passed + 1), static_cast<std::uint32_t>(steps)};
  if (passed + 1 < steps)
    changes_at_ = std::min(day_ends_, begin + step * (passed + 1));
}

// ---- shares -------------------------------------------------------------------------------

share_terms permit_ledger::common_terms() const {
  share_terms terms;
  terms.part = share_;
  terms.live_nodes = rules_->live_nodes;
  terms.reserve_percent = rules_->reserve_percent;
  terms.pace = pace_;
  terms.stopped = stopped_;
  // Without a record of the control store there is nothing to compare.
  terms.may_lease = !giving_back_ && record_at_ != 0;
  return terms;
}

/// Once the day's record has changed, no transaction that gives back can happen any more.
void permit_ledger::forget_kept() {
  if (!kept_ || giving_back_ || kept_at_ == 0 || kept_at_ == leases_at_)
    return;
  kept_.reset();
  for (auto& each : providers_)
    each.kept = permit_share::unlimited;
}

void permit_ledger::recompute() {
  forget_kept();
  const bool is_blocked = today().blocked_day == day_;
  const bool lost = is_lost();
  stopped_ = record_.paused || is_blocked || lost;
  stop_ = record_.paused ? permit_state::paused
          : is_blocked   ? permit_state::blocked
                         : permit_state::exhausted;
  auto terms = common_terms();
  terms.limit = limit_of(today(), day_);
  for (const auto& grant : leases_.grants) {
    if (grant.node == rules_->node)
      terms.mine = grant.permits;
    else
      terms.others += grant.permits;
  }
  if (kept_ && terms.mine)
    terms.mine = std::min(*terms.mine, *kept_);
  total_.recompute(terms);
  provider_raise_due_ = false;
  for (auto& each : providers_)
    recompute_provider(each, terms);
}

bool permit_ledger::is_lost() const {
  return rules_->restored_at && limit_of(today(), day_) &&
         today().day_started_at <= *rules_->restored_at;
}

std::optional<std::uint64_t> permit_ledger::room(mail_class importance) const {
  if (!total_.limit())
    return std::nullopt;
  if (is_lost())
    return 0;
  const auto bound = class_bound(total_.grantable(), importance, rules_->reserve_percent);
  return bound - std::min(bound, total_.used());
}

provider_name permit_ledger::take(provider_index provider) {
  total_.take();
  if (provider == no_provider)
    return {};
  auto& of = providers_[provider];
  of.share.take();
  provider_raise_due_ = provider_raise_due_ || of.share.is_raise_due();
  return of.provider;
}

bool permit_ledger::refund(const charge& permit) {
  if (permit.day != day_ || !total_.give_back())
    return false;
  const auto at =
      std::ranges::lower_bound(providers_, permit.provider, {}, &provider_share::provider);
  if (!permit.provider.empty() && at != providers_.end() && at->provider == permit.provider)
    at->share.give_back();
  return true;
}

// ---- marks --------------------------------------------------------------------------------

permit_ledger::raise permit_ledger::next_raise() {
  assert(is_raise_due());
  raising_ = true;
  raise next{day_, {total_.next_mark(), {}}, {}};
  next.to.providers.reserve(providers_.size());
  for (const auto& each : providers_)
    if ((each.limited() && each.asked) || each.share.durable() > 0)
      next.to.providers.emplace_hint(next.to.providers.end(), each.provider,
                                     each.share.next_mark());
  // Days before the opened one are asked for by nobody.
  std::erase_if(marks_on_disk_, [&](const auto& mark) {
    if (mark.first < record_.opened_day)
      next.forget.push_back(mark.first);
    return mark.first < record_.opened_day;
  });
  return next;
}

bool permit_ledger::mark_written(std::uint32_t day, const permit_mark& to) {
  const auto known =
      std::ranges::any_of(marks_on_disk_, [&](const auto& mark) { return mark.first == day; });
  if (!known)
    marks_on_disk_.emplace_back(day, permit_mark{});
  if (day != day_)
    return false; // the day ended meanwhile
  raising_ = false;
  mark_known_ = true;
  total_.marked(to.used);
  provider_raise_due_ = false;
  for (auto& each : providers_) {
    if (const auto mark = to.providers.find(each.provider); mark != to.providers.end())
      each.share.marked(mark->second);
    provider_raise_due_ = provider_raise_due_ || each.is_raise_due();
  }
  return total_.mine().has_value();
}

std::optional<permit_ledger::raise> permit_ledger::settle() {
  if (!exists_ || !(mark_known_ || raising_))
    return std::nullopt;
  raise exact{day_, {total_.used(), {}}, {}};
  for (const auto& each : providers_)
    if (each.share.used() > 0)
      exact.to.providers.emplace(each.provider, each.share.used());
  return exact;
}

} // namespace warmfront
