// What the owner of a sender domain publishes, and whether it is there: what to ask the DNS and
// what its answers mean. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/identities/dns_answers.hpp"
#include "actors/identities/identity_record.hpp"
#include "actors/identities/key_rotation.hpp"
#include "actors/identities/mail_policies.hpp"
#include "actors/messages/identities.hpp"

namespace warmfront {

/// What the records of all sender domains have to say of this cluster.
struct sending_site {
  std::string hostname;              ///< of this node
  std::vector<std::string> mx_hosts; ///< that take bounces; empty: the hostname. Alike on all nodes
  bool takes_bounces = false;        ///< else no return path is wanted
  std::string public_host;           ///< of links; empty: no tracking host is looked for
};

/// A sender domain that is looked at.
struct identity_subject {
  domain_name domain;
  domain_name return_path;   ///< where its bounces go
  domain_name tracking_host; ///< empty: none of its own
  std::vector<stored_signing_key> keys;
  std::vector<ip_address> sources; ///< its mail leaves from; empty: from those of the hostname
};

/// What a look found.
struct identity_findings {
  std::vector<dns_record_wanted> records; ///< of all keys that are not retired, and all others
  std::map<std::string, key_finding> keys;
  finding spf = finding::unknown; ///< of the domain itself, for all sources
  std::vector<ip_address> passing_sources;
};

/// What is to be published: `records_wanted` of a domain that nobody has looked at.
[[nodiscard]] std::vector<dns_record_wanted> records_wanted(const identity_subject& of,
                                                            const sending_site& site);

/// None: there is more to ask, see `dns_answers`.
[[nodiscard]] std::optional<identity_findings>
look_at_identity(const identity_subject& of, const sending_site& site, dns_answers& answers);

/// A domain that was verified stays so while its records are wrong for this long: whoever moves a
/// zone makes mistakes that should not stop all mail.
inline constexpr std::chrono::hours wrong_at_most{72};

/// A look that another one seems to be this much later than was made by a clock that was wrong.
inline constexpr std::chrono::hours clock_slack{1};

/// The check as it is to be stored. Verified: there is an active key whose record is there, and SPF
/// is right. What the DNS did not answer changes nothing. `keys`: after `rotate`. `before`: null,
/// when there was no look before.
[[nodiscard]] stored_check judge_identity(const identity_findings& found,
                                          const std::vector<stored_signing_key>& keys,
                                          const stored_check* before, wall_time now);

} // namespace warmfront
