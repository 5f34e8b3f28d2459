#include "actors/groups/domain_tally.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace warmfront {

namespace {

bool is_more_common(const list_count& one, const list_count& other) {
  return one.recipients != other.recipients ? one.recipients > other.recipients
                                            : one.name < other.name;
}

} // namespace

domain_tally::domain_tally(const list_manifest& base) : elsewhere_{base.recipients_elsewhere} {
  for (const auto& domain : base.domains)
    counts_.emplace(domain.name, domain.recipients);
}

void domain_tally::add(std::string_view address) {
  const auto domain = address.substr(address.rfind('@') + 1);
  if (const auto found = counts_.find(domain); found != counts_.end())
    ++found->second;
  else if (counts_.size() < domains_max)
    counts_.emplace(domain, 1);
  else
    ++elsewhere_;
}

void domain_tally::put_into(list_manifest& to) const {
  std::vector<list_count> all;
  all.reserve(counts_.size());
  for (const auto& [domain, recipients] : counts_)
    all.push_back({domain, recipients});
  const auto kept = std::min(all.size(), manifest_domains_max);
  std::partial_sort(all.begin(), all.begin() + std::ptrdiff_t(kept), all.end(), is_more_common);
  to.recipients_elsewhere = elsewhere_;
  for (auto i = kept; i < all.size(); ++i)
    to.recipients_elsewhere += all[i].recipients;
  all.resize(kept);
  to.domains = std::move(all);
}

} // namespace warmfront
