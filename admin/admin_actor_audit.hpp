// Changes are recorded before they are answered. Part of `admin_actor`.
#pragma once

#include "admin/admin_actor_questions.hpp"

namespace warmfront::admin {

/// Keeps what a change is about, from its path.
void keep_target(exchange& now, const matched_route& found);
/// Keeps what a change asks for, once it is read.
void keep_asked(exchange& now);

/// Answers; of a change not before its record is durable, and with its id in `X-Request-Id`. Where
/// it cannot be recorded the answer is given all the same: the change has been made, and the log
/// says what the record would have said.
void respond_recorded(admin_pointer self, const exchange_pointer& now, http_response response);

} // namespace warmfront::admin
