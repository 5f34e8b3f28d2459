// Events as JSON: what webhooks get, and the lines of the event stream and of the file.
#pragma once

#include <string>
#include <string_view>

#include "actors/core/mail_event.hpp"

namespace warmfront {

/// The body of a webhook's request: `{"type": "message.delivered", "timestamp": …, "data": {…}}`.
/// One line, without its end. Octets of strangers that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string webhook_body(const mail_event& event);

/// A line of the event stream, without its end: `{"id": …, "node": …, "type": …, …}`, else the
/// same.
[[nodiscard]] std::string event_line(const mail_event& event, std::string_view node);

/// What `test` sends.
[[nodiscard]] std::string webhook_test_body(std::uint64_t webhook, wall_time now);

} // namespace warmfront
