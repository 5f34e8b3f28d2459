// SPF, DKIM and DMARC records of a domain as a look at the DNS finds them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "actors/core/ids.hpp"
#include "actors/identities/dns_answers.hpp"
#include "actors/identities/key_rotation.hpp"

namespace warmfront {

enum class finding : std::uint8_t { right, wrong, unknown };

/// What a receiver would make of mail that comes from an address (RFC 7208).
struct spf_finding {
  finding what = finding::unknown;
  std::string why; ///< when it does not pass, as a sentence
};
/// `domain`: of the reverse path. None: more is to be asked.
[[nodiscard]] std::optional<spf_finding> spf_of(const domain_name& domain, const ip_address& source,
                                                const std::string& helo, dns_answers& answers);

/// The policy that holds for mail from a domain (RFC 7489 §6.6.3).
struct dmarc_finding {
  finding what = finding::unknown;
  std::string found;        ///< the record
  domain_name at;           ///< whose it is: the domain, or its organizational domain
  bool strict_dkim = false; ///< only the very domain is aligned
  bool strict_spf = false;
  std::string why;
};
[[nodiscard]] std::optional<dmarc_finding> dmarc_of(const domain_name& domain,
                                                    dns_answers& answers);

/// Whether receivers see `authenticated` as the domain of the author's, `from` (RFC 7489 §3.1).
[[nodiscard]] bool is_aligned(const domain_name& from, const domain_name& authenticated,
                              bool strict);

/// Whether nobody can own it, since others have domains below it (publicsuffix.org).
[[nodiscard]] bool is_public_suffix(const domain_name& domain);

/// What is found where a key is to be published.
struct key_record_finding {
  key_finding key;
  std::string found;
};
[[nodiscard]] std::optional<key_record_finding> key_record_of(const domain_name& domain,
                                                              const std::string& selector,
                                                              const std::string& expected,
                                                              dns_answers& answers);

/// The name at which a key is published (RFC 6376 §3.6.2.1).
[[nodiscard]] domain_name key_record_name(const domain_name& domain, const std::string& selector);

} // namespace warmfront
