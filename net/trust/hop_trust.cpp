#include "net/trust/hop_trust.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace warmfront::trust {

namespace {

host_verdict refuse(hop_trust trust, tls_result result, std::string why) {
  host_verdict verdict{std::move(trust)};
  verdict.refused = {{verdict.trust.policy, verdict.trust.domain, result}, std::move(why)};
  return verdict;
}

hop_trust demand_of(tls_demand demand, policy_type policy, std::string domain, std::string name) {
  hop_trust trust;
  trust.demand = demand;
  trust.policy = policy;
  trust.domain = std::move(domain);
  trust.name = std::move(name);
  return trust;
}

/// The TLSA records of a host; `encrypted` when there are only unusable ones.
hop_trust by_dane(const std::string& domain, const dns::mail_host& host) {
  auto trust = demand_of(tls_demand::encrypted, policy_type::tlsa, host.dane.base, host.dane.base);
  std::ranges::copy_if(host.dane.records, std::back_inserter(trust.tlsa), dns::is_usable);
  if (trust.tlsa.empty()) {
    return trust;
  }
  trust.demand = tls_demand::dane;
  // RFC 7672 §3.2.2: a certificate below a trust anchor may have any of these names; the domain's
  // own too, since DNSSEC vouches for the way from it to the host.
  for (const std::string& name : {host.name, domain}) {
    if (name != trust.name && std::ranges::find(trust.more_names, name) == trust.more_names.end()) {
      trust.more_names.push_back(name);
    }
  }
  return trust;
}

host_verdict by_policy(const std::string& domain, const dns::mail_host& host,
                       const sts_policy& policy) {
  const bool enforced = policy.mode == sts_mode::enforce;
  auto trust = demand_of(enforced ? tls_demand::verified : tls_demand::tested, policy_type::sts,
                         domain, host.name);
  if (!enforced || allows(policy, host.name)) {
    return {std::move(trust)};
  }
  return refuse(std::move(trust), tls_result::validation_failure,
                "the MTA-STS policy of " + domain + " does not name " + host.name);
}

host_verdict untrusted_dane(const dns::mail_host& host) {
  return refuse(demand_of(tls_demand::dane, policy_type::tlsa, host.name, host.name),
                tls_result::dnssec_invalid,
                "the TLSA records of " + host.name +
                    " cannot be looked up with trust: " + host.dane.why);
}

bool binds(const std::optional<sts_policy>& policy) {
  return policy && policy->mode != sts_mode::none;
}

} // namespace

host_verdict judge_host(const std::string& domain, const dns::mail_host& host,
                        const std::optional<sts_policy>& policy) {
  if (host.dane.state == dns::dane_state::failed) {
    return untrusted_dane(host);
  }
  if (host.dane.state == dns::dane_state::found) {
    auto trust = by_dane(domain, host);
    const bool policy_is_stronger =
        trust.demand == tls_demand::encrypted && policy && policy->mode == sts_mode::enforce;
    if (!policy_is_stronger) {
      return {std::move(trust)};
    }
  }
  if (binds(policy)) {
    return by_policy(domain, host, *policy);
  }
  return {demand_of(tls_demand::opportunistic, policy_type::none, domain, host.name)};
}

host_verdict judge_strictly(const std::string& domain, const dns::mail_host& host,
                            const std::optional<sts_policy>& policy, bool names_are_secure) {
  auto verdict = judge_host(domain, host, policy);
  verdict.trust.requiretls = true;
  if (verdict.refused || needs_proof(verdict.trust.demand)) {
    return verdict;
  }
  const bool named = names_are_secure || (binds(policy) && allows(*policy, host.name));
  verdict.trust.demand = tls_demand::verified;
  verdict.trust.name = host.name;
  verdict.trust.tlsa.clear();
  if (named) {
    return verdict;
  }
  return refuse(std::move(verdict.trust), tls_result::validation_failure,
                "REQUIRETLS: neither DNSSEC nor an MTA-STS policy says that " + host.name +
                    " takes mail for " + domain);
}

std::string_view proof_of(const hop_trust& trust) noexcept {
  switch (trust.demand) {
  case tls_demand::dane:
    return "dane";
  case tls_demand::verified:
    return trust.policy == policy_type::sts ? "sts" : "pkix";
  case tls_demand::tested:
    return "sts";
  case tls_demand::encrypted:
  case tls_demand::opportunistic:
    break;
  }
  return "none";
}

} // namespace warmfront::trust
