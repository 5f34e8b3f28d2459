#include <algorithm>

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

const plan* ledger_book::find_plan(const plan_name& name) const {
  for (const auto& built_in : built_in_plans())
    if (built_in.name == name)
      return &built_in;
  const auto found = custom_plans_.find(name);
  return found == custom_plans_.end() ? nullptr : &found->second.value;
}

storage::revision ledger_book::plan_revision(const plan_name& name) const {
  const auto found = custom_plans_.find(name);
  return found == custom_plans_.end() ? 0 : found->second.at;
}

std::vector<plan> ledger_book::plans() const {
  auto all = built_in_plans();
  for (const auto& [name, custom] : custom_plans_)
    all.push_back(custom.value);
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
  std::vector<ledger_report> reports;
  if (!subject.empty()) {
    if (const auto* const ledger = find(subject.str()))
      reports.push_back(ledger->report(now));
    return reports;
  }
  for (const auto& each : entries_)
    if (each.ledger.exists())
      reports.push_back(each.ledger.report(now));
  std::ranges::sort(reports, {}, &ledger_report::subject);
  return reports;
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
