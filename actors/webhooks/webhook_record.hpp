// Webhooks as the control store has them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "actors/messages/feedback.hpp"

namespace warmfront {

inline constexpr std::string_view webhooks_prefix = "webhooks/";

/// A webhook with its secrets, which are sealed.
struct stored_webhook {
  webhook value;
  std::string sealed_secret;
  std::string previous_secret; ///< empty: there was none, or it is over
  wall_time previous_until{};
  std::string inactive_why; ///< why the cluster does not call it any more; empty: its owner's wish

  friend bool operator==(const stored_webhook&, const stored_webhook&) = default;
};

/// Holds the greatest number given out.
[[nodiscard]] std::string last_webhook_key();
[[nodiscard]] std::string webhook_key(std::uint64_t number);
/// None for other keys.
[[nodiscard]] std::optional<std::uint64_t> parse_webhook_key(std::string_view key);

[[nodiscard]] std::string encode(const stored_webhook& value);
/// `storage_corrupt`, `storage_newer`.
[[nodiscard]] result<stored_webhook> decode_webhook(std::uint64_t number, std::string_view octets);

} // namespace warmfront
