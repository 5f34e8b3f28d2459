// One mail transaction as handed to a client dialogue, and what came of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/envelope.hpp"
#include "net/smtp/reply.hpp"

namespace warmfront::smtp {

/// Names one mail transaction on a connection; chosen by the caller.
using transmission_id = std::uint64_t;

/// One mail transaction: MAIL, RCPTs, DATA. Content is shared, never copied per connection.
struct transmission {
  transmission_id id = 0;
  std::string reverse_path;
  std::vector<envelope_recipient> recipients;
  body_encoding body = body_encoding::seven_bit;
  bool smtputf8 = false;
  return_content ret = return_content::unspecified;
  std::string envelope_id;
  std::shared_ptr<const std::string> content; ///< CRLF line ends, not dot-stuffed
  /// Header fields to be sent before the content, so that it need not be copied to get them:
  /// complete, with CRLF, ASCII.
  std::string prefix = {};
  /// MAIL is not sent after this: the permits behind it end. Then it is `transmission_returned`.
  std::optional<steady_time> not_after;
  bool require_tls = false; ///< REQUIRETLS (RFC 8689): to hosts that pass the demand on, else never
};

/// A transaction ended. `recipients[i]` is the verdict on recipient i: the reply to its RCPT when
/// that was negative, else to the final dot. `code` 0: the connection was lost after MAIL was sent.
struct transmission_finished {
  transmission_id id = 0;
  std::vector<reply> recipients;
  bool in_doubt = false; ///< the dot was sent and not answered: it may have been delivered
  bool mail_sent = true; ///< MAIL FROM was put on the wire
  /// The next hop offered DSN (RFC 3461) and was given NOTIFY and ORCPT.
  bool dsn_passed_on = false;
};

/// A transaction whose `not_after` passed before its turn: not one octet of it was sent.
struct transmission_returned {
  transmission_id id = 0;
};

} // namespace warmfront::smtp
