// What the large receivers demand of bulk senders: Google's and Yahoo's rules of February 2024, and
// Microsoft's of May 2025. Pure.
#pragma once

#include <optional>
#include <vector>

#include "actors/identities/dns_answers.hpp"
#include "actors/identities/identity_check.hpp"

namespace warmfront {

/// A batch that is about to begin.
struct sending_subject {
  domain_name from;                         ///< of the author
  std::optional<identity_subject> identity; ///< that covers it; none: nobody has it
  std::optional<stored_check> last;         ///< look at it; stands where the DNS does not answer
  domain_name return_path;                  ///< empty: the reverse path is of the author's domain
  std::vector<ip_address> sources;          ///< it may leave from; empty: from the hostname's
  bool is_batch = true;
  bool has_one_click = true;
};

/// The rules, in this order: `dkim` (a signature, aligned with the author), `spf` (passes for every
/// source, aligned), `dmarc` (there is a record), `one_click` (RFC 8058, of batches), `fcrdns`
/// (every source has a name that has it), `tls` (delivery takes what is offered). Each that is not
/// met says what to publish. None: there is more to ask.
[[nodiscard]] std::optional<sending_check>
check_rules(const sending_subject& of, const sending_site& site, dns_answers& answers);

} // namespace warmfront
