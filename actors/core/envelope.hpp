// The envelope of a mail (RFC 5321 §2.3.1) and what a client hands in: a submission.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/tracking.hpp"

namespace warmfront {

/// Triggered mail (codes, receipts) goes ahead of batch mail and may use the reserve.
enum class mail_class : std::uint8_t { triggered = 0, batch = 1 };
[[nodiscard]] std::string_view to_string(mail_class value) noexcept;

/// When a notification is wanted (RFC 3461 §4.1); a set of bits. 0: not said, so on failure.
enum class notify : std::uint8_t {
  unspecified = 0,
  never = 1,
  success = 2,
  failure = 4,
  delay = 8
};
[[nodiscard]] constexpr notify operator|(notify a, notify b) noexcept {
  return static_cast<notify>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
[[nodiscard]] constexpr bool has(notify set, notify bit) noexcept {
  return (static_cast<std::uint8_t>(set) & static_cast<std::uint8_t>(bit)) != 0;
}

/// How much of the message a notification returns (RFC 3461 §4.3).
enum class return_content : std::uint8_t { unspecified = 0, full, headers };

/// The BODY parameter of MAIL (RFC 6152, RFC 3030).
enum class body_encoding : std::uint8_t { seven_bit = 0, eight_bit, binary };

/// What the sender says of TLS on the way (RFC 8689).
enum class tls_wish : std::uint8_t {
  unspecified = 0,
  required, ///< REQUIRETLS: never without it, and only to hosts that pass the demand on
  optional, ///< `TLS-Required: No`: rather without the receiver's policies than not at all
};

struct envelope_recipient {
  std::string address; ///< as given in RCPT, without brackets
  notify notify_on = notify::unspecified;
  std::string original_recipient; ///< ORCPT, still xtext-encoded; may be empty

  friend bool operator==(const envelope_recipient&, const envelope_recipient&) = default;
};

struct envelope {
  std::string reverse_path; ///< empty: the null reverse-path of notifications
  std::vector<envelope_recipient> recipients;
  body_encoding body = body_encoding::seven_bit;
  bool smtputf8 = false;
  return_content ret = return_content::unspecified;
  std::string envelope_id; ///< ENVID, still xtext-encoded; may be empty
  tls_wish tls = tls_wish::unspecified;

  friend bool operator==(const envelope&, const envelope&) = default;
};

/// Where a submission came from: what the Received field records (RFC 5321 §4.4).
struct submission_source {
  std::string protocol;       ///< RFC 3848: `ESMTPSA`, `ESMTP`, `HTTP`, …
  std::string helo;           ///< what the client called itself
  std::string client_address; ///< IP address of the client
  account_name account;       ///< on whose behalf; `default` for relay networks
  std::string key_id;         ///< the key that authenticated; empty for relay networks

  friend bool operator==(const submission_source&, const submission_source&) = default;
};

/// A complete mail handed in by a client, before any policy is applied.
struct submission {
  envelope mail;
  std::string content; ///< header and body with CRLF line ends, not dot-stuffed
  submission_source source;
  /// What the HTTP API may say beside the mail; SMTP says it with `X-Warmfront-…` header fields.
  pool_name pool;                       ///< empty: not said
  std::optional<mail_class> importance; ///< not said: triggered
  /// The only address that the client may send from, in envelope and header; empty: it is free to
  /// choose.
  std::string only_from = {};
  std::optional<wall_time> send_at = {}; ///< not before; none: at once
  message_id id = {};                    ///< that it is to have; none: a new one
  template_name from_template = {};      ///< that it was made from; empty: none
  std::optional<tracking> track = {};    ///< not said: as the node is set up for mail of its class
};

/// What became of a submission, once it is durable or refused.
using submission_result = result<message_id>;

} // namespace warmfront
