// Limits of the submission server.
#pragma once

#include <chrono>
#include <cstddef>

namespace warmfront::smtp {

/// Limits with RFC 5321's values or better as defaults.
struct server_limits {
  std::size_t message_octets_max = 10 * 1024 * 1024;
  std::size_t recipients_max = 1000;
  std::size_t connections_max = 2000; ///< in all; one more is told 421
  /// Per IPv4 address or IPv6 /64, which is what one client is given; loopback is not exempt.
  std::size_t connections_per_client_max = 200;
  std::size_t connections_per_minute_max = 0;  ///< per client as above; 0: no limit
  std::size_t errors_max = 20;                 ///< wrong commands before 421
  std::size_t authentication_failures_max = 3; ///< per connection, then 421
  /// Per client as above: so many failures, each within `authentication_ban` of the one before,
  /// and AUTH is refused unseen until that time has passed since the last.
  std::size_t authentication_failures_per_client_max = 10;
  std::chrono::seconds authentication_ban{600};
  std::chrono::milliseconds authentication_failure_delay{1000}; ///< before 535 is said
  std::size_t received_fields_max = 100; ///< more Received fields than that is a loop
  /// Octets of message content held for all sessions; beyond it a message is told 452.
  std::size_t buffered_octets_max = 256 * 1024 * 1024;
  std::chrono::seconds command_timeout{300};                ///< RFC 5321 §4.5.3.2.7
  std::chrono::seconds data_timeout{180};                   ///< between two pieces of DATA
  std::chrono::seconds session_timeout_unauthenticated{60}; ///< until AUTH or the first MAIL
};

} // namespace warmfront::smtp
