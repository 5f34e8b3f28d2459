#include "actors/delivery/site_trust.hpp"

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "net/dns/mx_route.hpp"

namespace warmfront {

namespace {

std::string_view name_of(trust::tls_demand demand) {
  switch (demand) {
  case trust::tls_demand::opportunistic:
    return "none";
  case trust::tls_demand::tested:
    return "testing";
  case trust::tls_demand::encrypted:
    return "encrypted";
  case trust::tls_demand::verified:
    return "verified";
  case trust::tls_demand::dane:
    return "dane";
  }
  return "none";
}

/// The hosts and what is demanded of them; nothing is said of demands when there are none.
std::string site_name(const std::vector<net::next_hop>& hops) {
  std::set<std::string> hosts;
  std::set<std::string_view> demands;
  for (const auto& hop : hops) {
    hosts.insert(hop.host);
    demands.insert(name_of(hop.trust ? hop.trust->demand : trust::tls_demand::opportunistic));
  }
  std::string name;
  for (const auto& host : hosts)
    name += (name.empty() ? "" : ",") + host;
  if (demands == std::set<std::string_view>{"none"})
    return name;
  name += ";tls=";
  for (bool is_first = true; const auto demand : demands)
    name.append(std::exchange(is_first, false) ? "" : ",").append(demand);
  return name;
}

/// Collects the hops that hosts may be reached by.
class way_builder {
public:
  explicit way_builder(const std::vector<net::next_hop>& all) : all_{all} {}

  void add(const dns::mail_host& host, trust::host_verdict verdict) {
    if (verdict.refused) {
      if (!first_refused_)
        first_refused_ = verdict.refused;
      refused_.push_back(std::move(verdict.refused->counted));
      return;
    }
    const auto shared = std::make_shared<const trust::hop_trust>(std::move(verdict.trust));
    for (auto hop : all_)
      if (hop.host == host.name) {
        hop.trust = shared;
        made_.hops.push_back(std::move(hop));
      }
  }
  /// `for_good`: what a demand of the mail itself cannot get.
  site_way take(std::string site, bool for_good) {
    if (!made_.hops.empty())
      made_.site = site_name(made_.hops);
    else
      made_.site = std::move(site);
    if (made_.hops.empty() && first_refused_) {
      const bool permanent =
          for_good && first_refused_->counted.result != trust::tls_result::dnssec_invalid;
      made_.refusal = permanent ? smtp::reply{550, "5.7.10", first_refused_->why}
                                : smtp::reply{451, "4.7.5", first_refused_->why};
    }
    return std::move(made_);
  }
  std::vector<trust::tls_session> take_refused() { return std::exchange(refused_, {}); }

private:
  const std::vector<net::next_hop>& all_;
  site_way made_;
  std::optional<trust::refused_host> first_refused_;
  std::vector<trust::tls_session> refused_;
};

} // namespace

void demand_trust(site_route& route, const std::string& domain, const dns::mail_route& found,
                  const std::optional<trust::sts_policy>& policy) {
  if (route.hops.empty() || dns::literal_host(domain))
    return; // an address has no name that it could prove
  const auto all = std::move(route.hops);
  way_builder usual{all};
  way_builder strict{all};
  bool has_demands = false;
  for (const auto& host : found.hosts) {
    auto verdict = trust::judge_host(domain, host, policy);
    has_demands =
        has_demands || verdict.refused || verdict.trust.demand != trust::tls_demand::opportunistic;
    usual.add(host, std::move(verdict));
    strict.add(host, trust::judge_strictly(domain, host, policy, found.is_secure));
  }
  if (has_demands)
    route.ignoring = site_way{route.site + ";tls=ignored", all, {}};
  route.strict = strict.take(route.site, true);
  route.strict->site += ";requiretls";
  static_cast<site_way&>(route) = usual.take(route.site, false);
  route.refused = usual.take_refused();
}

void demand_trust_of_fixed(site_route& route) {
  if (route.hops.empty())
    return;
  site_way strict{route.site + ";requiretls", {}, {}};
  for (auto hop : route.hops) {
    if (dns::is_address(hop.host)) {
      strict.refusal = {550, "5.7.10",
                        "REQUIRETLS: the configured next hop " + hop.host +
                            " has no name that it could prove"};
      continue;
    }
    trust::hop_trust demand{trust::tls_demand::verified, trust::policy_type::none, hop.host,
                            hop.host};
    demand.requiretls = true;
    hop.trust = std::make_shared<const trust::hop_trust>(std::move(demand));
    strict.hops.push_back(std::move(hop));
  }
  route.strict = std::move(strict);
}

const site_way& way_of(const site_route& route, tls_wish wish) noexcept {
  if (wish == tls_wish::required && route.strict)
    return *route.strict;
  if (wish == tls_wish::optional && route.ignoring)
    return *route.ignoring;
  return route;
}

} // namespace warmfront
