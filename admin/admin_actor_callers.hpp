// Who calls: by a key, else by the session of a browser. Part of `admin_actor`.
#pragma once

#include <functional>
#include <variant>

#include "admin/admin_actor_questions.hpp"

namespace warmfront::admin {

/// Tells who calls, or what they are answered instead. A session that is no good, or is not used as
/// the console uses it, is refused; a key counts more than a session.
void authenticate(admin_pointer self, const exchange_pointer& now,
                  std::function<void(const std::variant<client_identity, http_response>&)> then);

/// Adds the new cookie of a session that goes on.
void give_cookie(const admin_parts& parts, const exchange& now, http_response& response);

/// 429.
[[nodiscard]] http_response too_many_sign_ins(seconds wait);

} // namespace warmfront::admin
