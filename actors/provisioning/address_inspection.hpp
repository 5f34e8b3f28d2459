// The checks of an address before it sends, and again while it does: what to ask the DNS, and what
// the answers mean. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/messages/provisioning.hpp"
#include "net/dns/resolver.hpp"

namespace warmfront {

struct dns_question {
  std::string name;
  dns::record_type type = dns::record_type::a;
  friend auto operator<=>(const dns_question&, const dns_question&) = default;
};

/// One inspection: hands out questions until there are none, then has the checks.
///
/// - `binding`: a socket can be bound to the address on its node;
/// - `reverse_dns`: it has a name, and one of its names has this address (FCrDNS, RFC 8601 §2.7.3);
/// - `helo`: the name in EHLO has an address (RFC 5321 §2.3.5);
/// - `dns_list:ZONE` for each list: it is not listed there. A list is only believed when it has
///   the entries that tell a working one (RFC 5782 §5): a dead one may answer anything.
class address_inspection {
public:
  struct subject {
    ip_address address;
    std::string helo;               ///< empty: only lists are asked
    std::vector<std::string> lists; ///< zones
  };
  /// `binding`: whether a socket could be bound; none: not tried.
  address_inspection(subject of, std::optional<result<void>> binding);

  /// What to ask next, each question once.
  [[nodiscard]] std::vector<dns_question> take_questions();
  void answer(const dns_question& asked, dns::record_answer found);
  /// @pre `take_questions` was called after the last answer.
  [[nodiscard]] bool is_complete() const { return asked_.size() == answers_.size(); }
  /// @pre complete.
  [[nodiscard]] std::vector<address_check> checks() const;

private:
  void want(std::vector<dns_question>& to, dns_question question);
  [[nodiscard]] const dns::record_answer* find(const dns_question& asked) const;
  [[nodiscard]] dns::record_type address_type() const;
  [[nodiscard]] dns_question listing(const std::string& address, const std::string& zone) const;
  [[nodiscard]] address_check check_binding() const;
  [[nodiscard]] address_check check_reverse_name() const;
  [[nodiscard]] address_check check_helo() const;
  [[nodiscard]] address_check check_list(const std::string& zone) const;

  subject of_;
  std::optional<result<void>> binding_;
  std::set<dns_question> asked_;
  std::map<dns_question, dns::record_answer> answers_;
};

/// Whether a check need not pass: waived by its name, or by the part of it before a colon.
[[nodiscard]] bool is_waived(const std::string& name, const std::vector<std::string>& waived);
/// Whether every check passed that is not waived.
[[nodiscard]] bool all_passed(const std::vector<address_check>& checks,
                              const std::vector<std::string>& waived);
/// The texts of those that did not.
[[nodiscard]] std::string shortcomings(const std::vector<address_check>& checks,
                                       const std::vector<std::string>& waived);

} // namespace warmfront
