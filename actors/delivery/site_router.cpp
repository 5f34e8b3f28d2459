#include "actors/delivery/site_router.hpp"

#include <algorithm>
#include <utility>

#include "net/dns/mx_route.hpp"

namespace warmfront {

namespace {

site_route refused(const std::string& domain, smtp::reply why) {
  return {{domain, {}, std::move(why)}};
}

site_route with_hosts(const std::vector<dns::mail_host>& hosts, std::uint16_t port) {
  site_route route;
  std::vector<std::string> names;
  for (const auto& host : hosts) {
    names.push_back(host.name);
    for (const auto& address : host.addresses)
      route.hops.push_back({host.name, address, port});
  }
  // The order among equals is shuffled for each answer; the set is what makes the site.
  std::sort(names.begin(), names.end());
  for (const auto& name : names)
    route.site += (route.site.empty() ? "" : ",") + name;
  return route;
}

} // namespace

site_route to_site(const std::string& domain, const result<dns::mail_route>& found) {
  if (!found)
    return refused(domain, {451, "4.4.3", found.error().what});
  switch (found.value().kind) {
  case dns::route_kind::null_mx:
    return refused(domain, {556, "5.1.10", "the domain " + domain + " takes no mail (null MX)"});
  case dns::route_kind::no_domain:
    return refused(domain, {550, "5.1.2", "the domain " + domain + " does not exist"});
  case dns::route_kind::no_host:
    return refused(domain, {550, "5.4.4", "no host takes mail for " + domain});
  case dns::route_kind::mail_hosts:
    break;
  }
  auto route = with_hosts(found.value().hosts, 25);
  if (route.hops.empty())
    return refused(domain, {451, "4.4.4", "no mail host of " + domain + " has an address"});
  return route;
}

site_route to_site(const dns::fixed_hop& hop) {
  site_route route;
  route.site = hop.host + ":" + std::to_string(hop.port);
  route.hops.push_back({hop.host, hop.host, hop.port});
  return route;
}

site_route to_site(const dns::fixed_hop& hop, const result<dns::mail_route>& found) {
  auto route = to_site(hop.host, found);
  // A fixed hop that cannot be found is a mistake of ours: the mail waits until it is mended.
  if (route.hops.empty())
    route.refusal = {451, "4.4.4", "the configured next hop " + hop.host + " has no address"};
  for (auto& each : route.hops)
    each.port = hop.port;
  route.site = hop.host + ":" + std::to_string(hop.port);
  return route;
}

site_route site_router::with_provider(const std::string& domain, site_route found) const {
  std::vector<std::string> hosts;
  for (const auto& hop : found.hops)
    if (std::ranges::find(hosts, hop.host) == hosts.end())
      hosts.push_back(hop.host);
  found.provider = providers_.find(domain, hosts);
  return found;
}

void site_router::resolve(const std::string& domain, std::function<void(site_route)> done) const {
  const auto fixed = routes_.find(domain);
  if (fixed && fixed->is_address) {
    auto route = with_provider(domain, to_site(*fixed));
    demand_trust_of_fixed(route);
    return done(std::move(route));
  }
  if (fixed) {
    resolver_->resolve_host(fixed->host, [this, domain, fixed = *fixed, done = std::move(done)](
                                             const result<dns::mail_route>& found) {
      auto route = with_provider(domain, to_site(fixed, found));
      demand_trust_of_fixed(route);
      done(std::move(route));
    });
    return;
  }
  resolver_->resolve(domain,
                     [this, domain, done = std::move(done)](const result<dns::mail_route>& found) {
                       judge(domain, found, done);
                     });
}

void site_router::judge(const std::string& domain, const result<dns::mail_route>& found,
                        std::function<void(site_route)> done) const {
  auto route = with_provider(domain, to_site(domain, found));
  const auto labels = dns::to_a_labels(domain);
  if (route.hops.empty() || dns::literal_host(domain) || !labels)
    return done(std::move(route));
  if (!policies_) {
    demand_trust(route, labels.value(), found.value(), std::nullopt);
    return done(std::move(route));
  }
  policies_(labels.value(),
            [name = labels.value(), route = std::move(route), hosts = found.value(),
             done = std::move(done)](std::optional<trust::sts_policy> policy) mutable {
              demand_trust(route, name, hosts, policy);
              done(std::move(route));
            });
}

} // namespace warmfront
