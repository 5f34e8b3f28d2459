// What is known of senders that mail has to carry on its way out.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/core/ids.hpp"
#include "actors/messages/identities.hpp"
#include "net/feedback/token.hpp"
#include "storage/spool.hpp"

namespace warmfront {

/// Immutable once it is shared: many threads read it.
struct outgoing_rules {
  std::string public_url;    ///< what links begin with, without a path; empty: no links
  bool links_unasked = true; ///< batch mail gets List-Unsubscribe
  /// Null: nothing can be told apart from what strangers make up, so no links and return paths.
  std::shared_ptr<const feedback::token_key> tokens = {};
  std::shared_ptr<const std::map<domain_name, sender_domain>> domains = {};
  std::shared_ptr<const std::map<domain_name, std::vector<signing_key>>> keys = {};
  /// Sender addresses, with their accounts, whose mail gets no List-Unsubscribe.
  std::set<std::pair<account_name, std::string>> without_unsubscribe = {};
};

/// Who a mail is from, as receivers look at it (RFC 7489 §3.1.1).
struct mail_author {
  std::string address; ///< in lower case; empty: it cannot be told
  domain_name domain;
};
/// Of raw content: by its field From, or by the reverse path where that cannot be read.
[[nodiscard]] mail_author author_of(std::string_view content, const std::string& reverse_path);
/// Of a mailbox as people write them.
[[nodiscard]] mail_author author_of_mailbox(const std::string& mailbox);

/// The sender domain of an account that covers a domain: itself, or the longest above it. Null:
/// none does, or another account has it.
struct covering_domain {
  const domain_name* name = nullptr;
  const sender_domain* value = nullptr;
};
[[nodiscard]] covering_domain find_covering(const outgoing_rules& rules,
                                            const account_name& account, const domain_name& domain);

/// Whether batch mail of this message gets List-Unsubscribe, as far as its record tells.
[[nodiscard]] bool wants_unsubscribe(const outgoing_rules& rules,
                                     const storage::spooled_message& message);
/// Whether each recipient's mail differs from the others', as far as links go.
[[nodiscard]] bool is_individual(const outgoing_rules& rules,
                                 const storage::spooled_message& message);

} // namespace warmfront
