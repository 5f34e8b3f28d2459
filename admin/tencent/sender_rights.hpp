// Whether an account may send from a domain, and whether it can do so today. Inside
// `admin/tencent` only. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "admin/tencent/parameters.hpp"

namespace warmfront::admin::tencent {

/// A domain belongs to one account: whoever has it may send from it and from those below it, once
/// it is verified where that is demanded. Others may, too, as long as nobody has it and sender
/// domains need no verification.
/// @param own identities of the account. @param all identities; only looked at when `own` and the
/// configuration do not decide.
enum class sender_right : std::uint8_t {
  given,
  denied,
  unclear, ///< whether another account has the domain decides
};
[[nodiscard]] sender_right right_to_send(const std::vector<identity_report>& own,
                                         const std::vector<domain_name>& from,
                                         bool require_verified);
/// Whether another account has one of the domains.
[[nodiscard]] bool has_other_owner(const std::vector<identity_report>& all,
                                   const std::vector<domain_name>& from,
                                   const account_name& account);

/// `FailedOperation.NotAuthenticatedSender`.
[[nodiscard]] gateway_error not_authenticated(const domain_name& from);

/// Where the answers about identities are: those of the account at `own`, and of all behind what
/// else was asked. @returns the next question, `FailedOperation.NotAuthenticatedSender`, or nothing
/// when the account may send; then `next` is the index behind the answers that were needed.
[[nodiscard]] std::optional<step> check_right(const call& request, const answers& given,
                                              const std::vector<domain_name>& from, std::size_t own,
                                              std::size_t& next);

/// What is about to be sent, and how things stand.
struct sending_question {
  const std::vector<pool>& pools;
  const std::vector<ledger_report>& ledgers;
  const std::vector<queue_report>& queues;
  const pool& through;
  domain_name from;
  mail_class importance = mail_class::triggered;
  std::uint64_t recipients = 1;
};
/// Whose ledgers tell of that. `through` may be null.
[[nodiscard]] std::vector<ledger_subject> subjects_of(const std::vector<pool>& pools,
                                                      const pool* through, const domain_name& from);
/// Whether today's limits have room for so many recipients beside what waits already: that of the
/// sender domain, and those of the pool's IPs and of the one that it overflows into together. As
/// far as this node knows.
[[nodiscard]] bool has_room_today(const sending_question& asked);

} // namespace warmfront::admin::tencent
