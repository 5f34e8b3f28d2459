// The limits of a ledger for single receiving providers.
#include <algorithm>

#include "actors/warmup/permit_ledger.hpp"

namespace warmfront {

namespace {

/// What another node may send to a provider at most. A plan that was edited today may have had it
/// named and not named: then the node's lease may still be of the other kind.
std::uint64_t spent_at(const ledger_grant& grant, const provider_name& provider, bool is_named) {
  if (grant.whole)
    return permit_share::unlimited;
  const auto permits_of = [&](const provider_name& name) {
    const auto found = grant.providers.find(name);
    return found == grant.providers.end() ? std::optional<std::uint64_t>{} : found->second;
  };
  const auto named = permits_of(provider);
  const auto other = permits_of(every_other_provider).value_or(0);
  return is_named && named ? *named : std::max(named.value_or(0), other);
}

std::uint64_t sum_up_to_unlimited(std::uint64_t one, std::uint64_t other) {
  return other > permit_share::unlimited - one ? permit_share::unlimited : one + other;
}

} // namespace

permit_ledger::provider_share& permit_ledger::add_provider(const provider_name& provider) {
  auto at = std::ranges::lower_bound(providers_, provider, {}, &provider_share::provider);
  if (at == providers_.end() || at->provider != provider) {
    at = providers_.insert(at, provider_share{});
    at->provider = provider;
    if (kept_)
      at->kept = 0; // what is given back was decided without it
  }
  return *at;
}

/// Every provider that the plan names has a share from the start: it is leased with the rest.
void permit_ledger::name_providers() {
  const std::vector<std::uint64_t>* others = nullptr;
  limits_providers_ = plan_ && !plan_->value.providers.empty();
  if (plan_) {
    const auto& limits = plan_->value.providers;
    if (limits.size() > providers_.size())
      providers_.reserve(limits.size());
    if (const auto found = limits.find(every_other_provider); found != limits.end())
      others = &found->second;
  }
  for (auto& each : providers_) {
    each.named = false;
    each.days = others;
  }
  if (!plan_)
    return;
  for (const auto& [provider, days] : plan_->value.providers) {
    auto& named = add_provider(provider);
    named.named = true;
    named.days = &days;
  }
}

permit_ledger::provider_index permit_ledger::find_limit_of(const provider_name& provider) {
  constexpr std::size_t others_max = 1000; // of a day, each for itself; more share one limit
  if (provider.empty())
    return no_provider;
  const auto index_of = [&](const provider_name& name) {
    const auto at = std::ranges::lower_bound(providers_, name, {}, &provider_share::provider);
    return at != providers_.end() && at->provider == name
               ? static_cast<provider_index>(at - providers_.begin())
               : no_provider;
  };
  auto found = index_of(provider);
  if (found == no_provider) {
    const auto others = plan_->value.providers.find(every_other_provider);
    if (others == plan_->value.providers.end())
      return no_provider;
    const bool is_full = providers_.size() >= plan_->value.providers.size() + others_max;
    if (!is_full) {
      auto& added = add_provider(provider);
      added.days = &others->second;
      recompute_provider(added, common_terms());
    }
    found = index_of(is_full ? every_other_provider : provider);
  }
  if (found == no_provider || !providers_[found].limited())
    return no_provider;
  if (!std::exchange(providers_[found].asked, true))
    provider_raise_due_ = provider_raise_due_ || providers_[found].is_raise_due();
  return found;
}

void permit_ledger::recompute_provider(provider_share& of, share_terms terms) {
  if (!of.limited())
    return;
  terms.limit = limit_on_day(today(), *of.days, day_);
  terms.mine.reset();
  terms.others = 0;
  for (const auto& grant : leases_.grants) {
    if (grant.node != rules_->node)
      terms.others = sum_up_to_unlimited(terms.others, spent_at(grant, of.provider, of.named));
    else if (grant.whole)
      terms.mine = std::min(*terms.limit, of.kept);
    else if (const auto granted = grant.providers.find(of.leased_as());
             granted != grant.providers.end())
      terms.mine = std::min(granted->second, of.kept);
  }
  of.share.recompute(terms);
  provider_raise_due_ = provider_raise_due_ || of.is_raise_due();
}

} // namespace warmfront
