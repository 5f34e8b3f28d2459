// Keys that clients give to requests, so that one sent twice is done once.
#pragma once

#include <string>

#include "actors/core/ids.hpp"

namespace warmfront {

/// Admin → idempotency: may the mail of this request be sent, and under which id?
struct claim_request {
  account_name account;
  std::string key;    ///< of the client
  std::string digest; ///< SHA-256 of what was asked for: 32 octets
};
struct claimed_request {
  message_id id;         ///< of the mail
  bool was_sent = false; ///< it is accepted already; else it is to be handed in under the id
};
/// Admin → idempotency: the mail was handed in, and accepted or refused.
struct end_request {
  message_id id;
};

} // namespace warmfront
