// From a destination domain to its site: fixed routes first, then the DNS.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "actors/delivery/dispatcher.hpp"
#include "actors/delivery/provider_table.hpp"
#include "actors/delivery/site_trust.hpp"
#include "net/dns/resolver.hpp"
#include "net/dns/static_routes.hpp"

namespace warmfront {

/// What the DNS says of a domain, as a site: MX sets that are equal are one site. Null MX is 556
/// 5.1.10 (RFC 7505), a missing domain 550 5.1.2, no address 550 5.4.4, a failure 451 4.4.3.
[[nodiscard]] site_route to_site(const std::string& domain, const result<dns::mail_route>& found);

/// The site of a configured next hop that is an address.
[[nodiscard]] site_route to_site(const dns::fixed_hop& hop);
/// The site of a configured next hop whose name had to be looked up.
[[nodiscard]] site_route to_site(const dns::fixed_hop& hop, const result<dns::mail_route>& found);

/// Tells the MTA-STS policy of a domain, at once or later, from any thread, once per call; none:
/// no policy holds.
using policy_callback = std::function<void(std::optional<trust::sts_policy>)>;
using policy_source = std::function<void(const std::string& domain, policy_callback then)>;

/// Thread-safe when the resolver and the source of policies are. `done` may be called at once or
/// later, from any thread.
class site_router {
public:
  site_router(dns::static_routes routes, dns::resolver* resolver,
              provider_table providers = provider_table{})
      : routes_{std::move(routes)}, resolver_{resolver}, providers_{std::move(providers)} {}
  /// From now on MTA-STS policies hold. Before the first `resolve`.
  void set_policies(policy_source source) { policies_ = std::move(source); }
  void resolve(const std::string& domain, std::function<void(site_route)> done) const;

private:
  dns::static_routes routes_;
  /// The route with whose limits hold for it.
  [[nodiscard]] site_route with_provider(const std::string& domain, site_route found) const;
  void judge(const std::string& domain, const result<dns::mail_route>& found,
             std::function<void(site_route)> done) const;

  dns::resolver* resolver_;
  provider_table providers_;
  policy_source policies_;
};

} // namespace warmfront
