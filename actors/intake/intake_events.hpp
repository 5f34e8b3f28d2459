// What intake tells of a mail that it took over. Pure.
#pragma once

#include <vector>

#include "actors/core/mail_event.hpp"
#include "actors/messages/spooled.hpp"

namespace warmfront {

/// One for each recipient: it is accepted, or suppressed.
[[nodiscard]] std::vector<mail_event> events_of_acceptance(const spooled_mail& mail);

} // namespace warmfront
