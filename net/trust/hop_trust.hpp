// What a connection to a mail host has to prove before mail goes over it: DANE before MTA-STS
// before nothing (RFC 7672, RFC 8461 §2, RFC 8689). Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/dns/resolver.hpp"
#include "net/trust/sts_policy.hpp"
#include "net/trust/tls_report.hpp"

namespace warmfront::trust {

enum class tls_demand : std::uint8_t {
  opportunistic, ///< TLS when it is offered, any certificate; else in clear text
  tested,        ///< as that, and the certificate is looked at, to be counted
  encrypted,     ///< TLS, any certificate: there are TLSA records, and none that can be used
  verified,      ///< TLS with a certificate of a known authority for the host's name
  dane,          ///< TLS with a certificate that fits the TLSA records
};

/// Immutable, shared by the connections to a host.
struct hop_trust {
  tls_demand demand = tls_demand::opportunistic;
  policy_type policy = policy_type::none; ///< from which it comes, for counts
  std::string domain;                     ///< whose policy that is
  /// The name that a certificate must have; with DANE further ones may be in `more_names`.
  std::string name;
  std::vector<std::string> more_names = {};
  std::vector<dns::tlsa_record> tlsa = {}; ///< the usable ones
  bool requiretls = false; ///< the host must offer REQUIRETLS; what fails, fails for good

  friend bool operator==(const hop_trust&, const hop_trust&) = default;
};
using shared_trust = std::shared_ptr<const hop_trust>;

/// Whether nothing may go in clear text.
[[nodiscard]] constexpr bool needs_tls(tls_demand demand) noexcept {
  return demand >= tls_demand::encrypted;
}
/// Whether the host has to prove who it is.
[[nodiscard]] constexpr bool needs_proof(tls_demand demand) noexcept {
  return demand >= tls_demand::verified;
}

/// Why a host is left out before anybody connects to it.
struct refused_host {
  tls_session counted;
  std::string why; ///< for people
};

/// One host judged: what it must prove, or why it must not be used.
struct host_verdict {
  hop_trust trust;
  std::optional<refused_host> refused = {};
};

/// What holds for a host of the recipient's domain. A TLSA answer that cannot be trusted refuses
/// the host whatever the policy says; TLSA records that can be used override it.
[[nodiscard]] host_verdict judge_host(const std::string& domain, const dns::mail_host& host,
                                      const std::optional<sts_policy>& policy);

/// The same for mail that must not go without TLS on the whole way (RFC 8689 §4.2.1): the name of
/// the host must come from DNSSEC or be allowed by a policy.
[[nodiscard]] host_verdict judge_strictly(const std::string& domain, const dns::mail_host& host,
                                          const std::optional<sts_policy>& policy,
                                          bool names_are_secure);

/// `dane`, `sts`, `pkix` or `none`: how a host has proved who it is under a demand that was met.
[[nodiscard]] std::string_view proof_of(const hop_trust& trust) noexcept;

} // namespace warmfront::trust
