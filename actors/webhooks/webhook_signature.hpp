// Secrets and signatures of webhooks, as Standard Webhooks has them (standardwebhooks.com).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"

namespace warmfront {

/// `whsec_` and 32 octets of the system's randomness in base64. `unavailable` when there is none.
[[nodiscard]] result<std::string> make_webhook_secret();

/// The value of `webhook-timestamp`: seconds since 1970.
[[nodiscard]] std::string webhook_timestamp(wall_time now);

/// `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64. None for what is no secret.
[[nodiscard]] std::optional<std::string> sign_webhook(std::string_view secret, std::string_view id,
                                                      std::string_view timestamp,
                                                      std::string_view body);

} // namespace warmfront
