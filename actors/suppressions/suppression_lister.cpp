#include "actors/suppressions/suppression_lister.hpp"

#include <algorithm>
#include <utility>

#include "actors/core/address.hpp"
#include "actors/suppressions/suppression_commands.hpp"
#include "net/dns/address_form.hpp"

namespace warmfront {

namespace {

using storage::family;
using storage::stored_suppression;

constexpr std::uint32_t limit_max = 500;
constexpr std::size_t entries_per_scan = 1000;

/// Whether entries have to be looked at to know how many match.
bool looks_inside(const list_suppressions& filter) {
  return !filter.containing.empty() || filter.since_from || filter.since_before || filter.is_active;
}

bool matches(const list_suppressions& filter, const std::string& containing,
             const stored_suppression& each, wall_time now) {
  return !each.is_removed &&
         (!filter.reason || each.reason == static_cast<std::uint8_t>(*filter.reason)) &&
         (!filter.since_from || each.since >= *filter.since_from) &&
         (!filter.since_before || each.since < *filter.since_before) &&
         (!filter.is_active || each.counts_at(now) == *filter.is_active) &&
         (containing.empty() || each.address.find(containing) != std::string::npos);
}

/// A page as it fills.
struct filling_page {
  const list_suppressions& filter;
  const std::size_t limit;
  suppression_page page;
  std::uint64_t matched = 0;

  [[nodiscard]] bool is_full() const { return page.items.size() >= limit; }
  void take(const stored_suppression& value) {
    if (++matched <= filter.offset)
      return;
    if (!is_full())
      page.items.push_back(report_of(value));
    else if (page.is_last)
      go_on_behind(page.items.empty()
                       ? filter.after
                       : page.items.back().account.str() + '/' + page.items.back().address);
  }
  void go_on_behind(std::string path) {
    page.is_last = false;
    page.next = std::move(path);
  }
};

} // namespace

// One address: one entry of each account, or of one.
result<suppression_page> suppression_lister::find(const list_suppressions& filter,
                                                  wall_time now) const {
  suppression_page page;
  const auto address = dns::comparable_address(filter.address);
  if (!address)
    return page;
  std::vector<account_name> accounts{filter.account};
  if (filter.account.empty()) {
    accounts.clear();
    for (const auto& [key, count] : facts_.counts)
      if (account_name name{key.substr(0, key.find('/'))};
          accounts.empty() || accounts.back() != name)
        accounts.push_back(std::move(name));
  }
  const auto containing = in_lower_case(filter.containing);
  for (const auto& each : accounts) {
    WARMFRONT_TRY(found, storage::find_suppression(from_, each, address.value()));
    if (!found || !matches(filter, containing, *found, now))
      continue;
    if (page.total++ >= filter.offset && page.items.size() < limit_max &&
        (filter.after.empty() || each.str() + '/' + address.value() > filter.after))
      page.items.push_back(report_of(*found));
  }
  return page;
}

result<suppression_page> suppression_lister::list(const list_suppressions& filter,
                                                  wall_time now) const {
  if (!filter.address.empty())
    return find(filter, now);
  const auto prefix = filter.account.empty() ? storage::suppression_entries_prefix()
                                             : storage::suppression_entries_prefix(filter.account);
  const auto containing = in_lower_case(filter.containing);
  filling_page filling{filter, std::min(filter.limit, limit_max), {}, 0};
  auto from = filter.after.empty()
                  ? prefix
                  : std::max(prefix, storage::suppression_entries_prefix() + filter.after + '\0');
  bool knows_all = false;
  for (std::size_t looked_at = 0; looked_at < looked_at_max_;) {
    WARMFRONT_TRY(found, from_.scan(family::suppressions, from, storage::prefix_end(prefix),
                                    entries_per_scan));
    for (const auto& [key, octets] : found) {
      const auto value = storage::decode_suppression_entry(key, octets);
      if (value && matches(filter, containing, value.value(), now))
        filling.take(value.value());
    }
    looked_at += found.size();
    knows_all = found.size() < entries_per_scan;
    if (knows_all)
      break;
    from = found.back().key + '\0';
    // How many there are is known without a look, and whether there are more as well.
    if (!filling.page.is_last && !looks_inside(filter))
      break;
  }
  if (!knows_all && filling.page.is_last)
    filling.go_on_behind(
        std::string{storage::suppression_path(std::string_view{from}.substr(0, from.size() - 1))});
  filling.page.total =
      looks_inside(filter) ? filling.matched : count_entries(facts_, filter.account, filter.reason);
  return std::move(filling.page);
}

} // namespace warmfront
