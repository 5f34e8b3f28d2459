// Finding the record that holds for a domain (RFC 7489 §6.6.3). Asks nobody: it says which TXT
// records it needs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/dmarc/record.hpp"
#include "net/dns/resolver.hpp"

namespace warmfront::dmarc {

/// TXT records by name.
using txt_answers = std::map<std::string, dns::record_answer, std::less<>>;

struct finding {
  std::optional<record> found; ///< none: the domain has no policy, or `why` says what is wrong
  std::string name;            ///< where the record stands; without one, where it is expected
  bool is_inherited = false;   ///< it is the organizational domain's
  bool is_temporary = false;   ///< the DNS gave no answer
  std::string why;             ///< a sentence for people, when there is no record

  /// What holds for the domain.
  [[nodiscard]] policy effective_policy() const noexcept {
    return !found ? policy::none : is_inherited ? found->subdomain_policy : found->domain_policy;
  }
};

/// Either what was found, or the name whose TXT records are needed next.
struct discovery_step {
  std::optional<finding> decided;
  std::string wanted;
};

/// Call it with no answers, then with those it has asked for: two at most.
[[nodiscard]] discovery_step discover(std::string_view domain, const txt_answers& known);

/// What mail proves of its author's domain.
struct evidence {
  std::string author_domain;             ///< of From
  std::string spf_domain;                ///< for which SPF passed; empty: it did not
  std::vector<std::string> dkim_domains; ///< `d=` of the signatures that passed
};
struct judgement {
  bool is_spf_aligned = false;
  bool is_dkim_aligned = false;
  [[nodiscard]] bool passes() const noexcept { return is_spf_aligned || is_dkim_aligned; }
};
/// §6.6.2: whether it passes under a record.
[[nodiscard]] judgement judge(const evidence& of, const record& under);

} // namespace warmfront::dmarc
