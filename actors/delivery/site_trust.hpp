// What the hosts of a site have to prove, for mail of each kind: sites that demand different things
// are different sites, so that no mail takes a connection made under another demand.
#pragma once

#include <optional>
#include <string>

#include "actors/core/envelope.hpp"
#include "actors/delivery/dispatcher.hpp"
#include "net/dns/resolver.hpp"
#include "net/trust/hop_trust.hpp"

namespace warmfront {

/// Gives the hops of a route what they have to prove under DANE and the domain's MTA-STS policy
/// (none: it has none), and leaves out hosts that must not be used: 451 4.7.5 when none is left.
/// Mail with REQUIRETLS and with `TLS-Required: No` gets ways of its own where they differ.
/// @pre `found` is where the route comes from.
void demand_trust(site_route& route, const std::string& domain, const dns::mail_route& found,
                  const std::optional<trust::sts_policy>& policy);

/// The same for a configured next hop: no policy of the receiver holds for it.
void demand_trust_of_fixed(site_route& route);

/// Where a mail goes on a route, by what its sender says of TLS.
[[nodiscard]] const site_way& way_of(const site_route& route, tls_wish wish) noexcept;

} // namespace warmfront
