// What will not be sent, and that more of it need not be accepted.
#include <algorithm>

#include "actors/core/address.hpp"
#include "actors/delivery/delivery_flow.hpp"

namespace warmfront {

namespace {

/// What a recipient that will not be sent is told.
smtp::reply over_limit(const permit_verdict& verdict) {
  if (verdict.what == permit_verdict::kind::blocked)
    return {550, "5.7.0",
            "not sent: " + verdict.blocking.str() + " is blocked until " +
                to_rfc3339(verdict.until) +
                ", since too much of today's mail was refused by its receivers"};
  return {550, "5.7.0",
          "not sent: today's limit of " + verdict.blocking.str() +
              " is reached, and its pool refuses what is over it"};
}

} // namespace

/// Why the recipient is not to wait; none: it is.
std::optional<smtp::reply> delivery_flow::refusal_for(const permit_verdict& verdict,
                                                      const storage::spooled_message& message) {
  using kind = permit_verdict::kind;
  // A report to a sender waits: nobody would hear that it was lost (RFC 5321 §6.1).
  if (message.mail.reverse_path.empty())
    return std::nullopt;
  const bool over = verdict.what == kind::exhausted && !verdict.paced;
  const bool rejected = over && rejecting_pools_.contains(message.pool);
  if (rejected)
    tell_over_limit(verdict, message);
  return rejected || verdict.what == kind::blocked ? std::optional{over_limit(verdict)}
                                                   : std::nullopt;
}

/// Of one provider's limit nothing is said: other mail still goes.
void delivery_flow::tell_over_limit(const permit_verdict& verdict,
                                    const storage::spooled_message& message) {
  if (!verdict.provider.empty() || is_outdated_)
    return;
  const domain_name sender{domain_of(message.mail.reverse_path)};
  mail_over_limit over;
  over.pool = message.pool;
  over.importance = message.importance;
  if (verdict.blocking.str() == sender.str())
    over.sender_domain = sender;
  over.until = verdict.until;
  over.blocking = verdict.blocking;
  if (std::ranges::find(told_over_limit_, over) != told_over_limit_.end())
    return;
  told_over_limit_.push_back(over);
  effects_.over_limit(over);
}

} // namespace warmfront
