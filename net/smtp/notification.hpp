// Delivery status notifications: what tells a sender what became of a mail (RFC 3461, 3464, 6533).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/envelope.hpp"
#include "net/smtp/reply.hpp"

namespace warmfront::smtp {

/// What a notification reports (the Action field of RFC 3464 §2.3.3).
enum class notification_kind : std::uint8_t {
  failed,    ///< bounced, or expired after its last attempt
  delayed,   ///< still being tried
  delivered, ///< the next hop took responsibility, and NOTIFY=SUCCESS asked for this
  relayed,   ///< the same, and the next hop does not know DSN
};

/// Whether RFC 3461 §4.1 wants a notification for this recipient. Never for mail from the null
/// reverse-path. Without NOTIFY: on failure and delay.
[[nodiscard]] bool wants_notification(std::string_view reverse_path,
                                      const envelope_recipient& recipient,
                                      notification_kind kind) noexcept;

/// What became of one recipient.
struct notified_recipient {
  std::string address;            ///< as in the envelope
  std::string original_recipient; ///< ORCPT, still xtext-encoded; may be empty
  std::string status;             ///< `5.1.1`; empty or malformed: a general one of the kind
  reply answer;                   ///< the remote reply; code 0: the text is our own words
  std::string remote_mta;         ///< the host that answered; empty: none was reached
  std::optional<wall_time> last_attempt_at;
  std::optional<wall_time> retried_until; ///< of a delayed recipient
};

struct notification_request {
  notification_kind kind = notification_kind::failed;
  std::string hostname;     ///< the reporting MTA; names the sender MAILER-DAEMON
  std::string unique;       ///< letters and digits that no other mail has; for id and boundary
  std::string reverse_path; ///< of the mail reported on: who is told. @pre Not empty.
  std::string envelope_id;  ///< ENVID, still xtext-encoded; may be empty
  return_content ret = return_content::unspecified;
  wall_time arrived_at{};                      ///< when the mail came to this system
  wall_time now{};                             ///< for the Date field
  std::vector<notified_recipient> recipients;  ///< @pre Not empty.
  std::string_view content;                    ///< of the mail reported on
  std::size_t returned_octets_max = 64 * 1024; ///< a longer content comes back as its header
};

/// A notification, ready to be sent from the null reverse-path to `reverse_path`.
struct notification {
  std::string content; ///< CRLF line ends, header and body
  body_encoding body = body_encoding::seven_bit;
  bool smtputf8 = false; ///< the header holds UTF-8
};

/// Builds a multipart/report of text, delivery-status and the mail or its header. The whole mail
/// comes back only for a failure without RET=HDRS (RFC 3461 §4.3), and only within the limit. What
/// strangers wrote (replies, host names, ENVID) is stripped of control characters and bounded.
[[nodiscard]] notification build_notification(const notification_request& request);

} // namespace warmfront::smtp
