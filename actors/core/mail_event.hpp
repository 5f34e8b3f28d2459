// What happens to a recipient of a mail, as statistics, webhooks and the event stream know it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"

namespace warmfront {

/// Append only: the numbers are stored.
enum class event_kind : std::uint8_t {
  accepted = 1, ///< taken over, to be sent
  suppressed,   ///< asked for, and not sent: the account does not send to it
  delivered,    ///< taken by the receiver
  deferred,     ///< an attempt failed; there will be another
  bounced,      ///< refused for good, at once or by a later notification (RFC 3464)
  expired,
  cancelled,
  opened,
  clicked,
  complained,   ///< reported as unwanted (RFC 5965)
  unsubscribed, ///< through List-Unsubscribe (RFC 8058, RFC 2369) or the page behind it
};
[[nodiscard]] std::string_view to_string(event_kind kind) noexcept;
[[nodiscard]] std::optional<event_kind> parse_event_kind(std::string_view text) noexcept;

/// Whom and what a mail was about, and which way it went. What is not known is empty.
struct mail_subject {
  recipient_id recipient;
  account_name account;
  std::string address;       ///< of the recipient, as in the envelope
  domain_name sender_domain; ///< of the author
  provider_name provider;    ///< who received it
  ip_address source;         ///< it was sent from
  task_id task = task_id::none;
  template_name from_template;

  friend bool operator==(const mail_subject&, const mail_subject&) = default;
};

struct mail_event {
  event_kind kind = event_kind::accepted;
  wall_time at{};
  mail_subject about;
  std::string bounce_class; ///< of a refusal or complaint, as text: `invalid`, `spam`, …
  std::string status;       ///< enhanced (RFC 3463): `5.1.1`
  std::string reply;        ///< what the receiver said; inert text
  std::string remote_host;
  std::string url;        ///< clicked
  std::string user_agent; ///< of who opened, clicked or unsubscribed
  std::string client_address;
  bool is_automated = false; ///< opened or clicked by a program: a scanner, a proxy that prefetches
  bool is_first = true;      ///< opened or clicked: the first time by this recipient
  std::uint32_t attempt = 0; ///< deferred: which one

  /// Names the event: 32 hexadecimal digits, the same for what is recorded twice.
  [[nodiscard]] std::string id() const;
  friend bool operator==(const mail_event&, const mail_event&) = default;
};

} // namespace warmfront
