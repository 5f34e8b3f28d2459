#include <algorithm>
#include <iterator>

#include "actors/warmup/ledger_book.hpp"
#include "actors/warmup/plans.hpp"

namespace warmfront {

ledger_book::entry* ledger_book::find_entry(std::string_view subject) {
  const auto at = index_of(subject);
  return at != subject_index::none && entries_[at].ledger.exists() ? &entries_[at] : nullptr;
}

const permit_ledger* ledger_book::find(std::string_view subject) const {
  const auto at = index_of(subject);
  return at != subject_index::none && entries_[at].ledger.exists() ? &entries_[at].ledger : nullptr;
}

ledger_book::entry& ledger_book::find_or_add(std::string_view subject) {
  const auto at = index_of(subject);
  if (at != subject_index::none)
    return entries_[at];
  by_subject_.add(subject, static_cast<ledger_index>(entries_.size()));
  auto& added = entries_.emplace_back(entry{permit_ledger{std::string{subject}, rules_}});
  added.ledger.set_share(share_of(subject));
  remembered_.emplace_back();
  return added;
}

plan_pointer ledger_book::find_rules(const plan_name& name) const {
  if (const auto found = built_in_.find(name); found != built_in_.end())
    return found->second;
  const auto found = custom_plans_.find(name);
  return found == custom_plans_.end() ? nullptr : found->second.value;
}

const plan* ledger_book::find_plan(const plan_name& name) const {
  const auto found = find_rules(name);
  return found ? &found->value : nullptr;
}

storage::revision ledger_book::plan_revision(const plan_name& name) const {
  const auto found = custom_plans_.find(name);
  return found == custom_plans_.end() ? 0 : found->second.at;
}

std::vector<plan> ledger_book::plans() const {
  auto all = built_in_plans();
  for (const auto& [name, custom] : custom_plans_)
    all.push_back(custom.value->value);
  std::ranges::sort(all, {}, &plan::name);
  return all;
}

bool ledger_book::is_plan_used(const plan_name& name) const {
  return std::ranges::any_of(entries_, [&](const entry& each) {
    return each.ledger.exists() && each.ledger.record().plan == name;
  });
}

std::vector<ledger_report> ledger_book::reports(const ledger_subject& subject,
                                                wall_time now) const {
  if (!subject.empty()) {
    const auto* const ledger = find(subject.str());
    return ledger == nullptr ? std::vector<ledger_report>{} : ledger->reports(now);
  }
  std::vector<ledger_report> reports;
  for (const auto& each : entries_)
    if (each.ledger.exists())
      std::ranges::move(each.ledger.reports(now), std::back_inserter(reports));
  std::ranges::sort(reports, {}, [](const ledger_report& each) {
    return std::pair<const std::string&, const std::string&>{each.subject.str(), each.provider};
  });
  return reports;
}

permit_counts ledger_book::count_permits(const std::vector<ip_address>& addresses,
                                         wall_time now) const {
  permit_counts sum;
  bool is_limited = !addresses.empty();
  std::uint64_t limit = 0;
  for (const auto& address : addresses) {
    const auto* const ledger = find(address.str());
    is_limited = is_limited && ledger != nullptr && ledger->limit();
    if (ledger == nullptr)
      continue;
    ++sum.addresses;
    limit += ledger->limit().value_or(0);
    // A day that has ended and was not followed by another yet: nothing is used of today.
    if (now >= ledger->day_ends())
      continue;
    sum.used += ledger->used();
    sum.day_ends_at = std::min(sum.day_ends_at.value_or(wall_time::max()), ledger->day_ends());
  }
  if (is_limited)
    sum.limit = limit;
  return sum;
}

std::vector<domain_name> ledger_book::domains() const {
  std::vector<domain_name> domains;
  for (const auto& each : entries_)
    if (each.ledger.exists() && is_domain_subject(each.ledger.subject()))
      domains.emplace_back(each.ledger.subject());
  std::ranges::sort(domains);
  return domains;
}

} // namespace warmfront
