// What a refusal is about: the recipient, its mailbox, the mail, or who sends it.
#pragma once

#include <cstdint>
#include <string_view>

#include "net/smtp/reply.hpp"

namespace warmfront::smtp {

enum class bounce_class : std::uint8_t {
  other,          ///< none of these, or not to be told
  invalid,        ///< there is no such recipient
  mailbox_full,   ///< or over its quota
  policy,         ///< refused by a rule of the receiver, for no reason named here
  spam,           ///< refused as unwanted, or for the reputation of the sender
  source_block,   ///< refused since the source address is on a list or blocked
  rate,           ///< too much at once
  content,        ///< what is in the mail: a virus, an attachment, a form that cannot be passed on
  authentication, ///< SPF, DKIM or DMARC failed
  too_large,      ///< for the mailbox or the receiver
  no_host,        ///< no way to the recipient's domain
  loop,           ///< it came back to where it had been
  expired,        ///< a next hop gave up
};
[[nodiscard]] std::string_view to_string(bounce_class value) noexcept;

/// By the enhanced status (RFC 3463, RFC 5248) where it says enough, else by what the large
/// receivers write. `source` is the address it was sent from: a refusal that names it and speaks
/// of a block is about that address.
[[nodiscard]] bounce_class classify(const reply& refusal, std::string_view source);

} // namespace warmfront::smtp
