// What a client confirms before many mails are acted upon: what was counted, and for whom. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"

namespace warmfront::admin {

/// How long a count can be confirmed.
inline constexpr std::chrono::minutes confirmed_within{10};

/// A count that was shown. Any node can check the text made of it, so it holds no secret: it keeps
/// people from acting on what they have not seen, and gives nobody a right.
struct queue_confirmation {
  wall_time counted_at{}; ///< whole milliseconds
  std::uint64_t recipients = 0;
  std::string without = {}; ///< nodes that were not counted, joined by commas

  friend bool operator==(const queue_confirmation&, const queue_confirmation&) = default;
};

/// @param about action, filter and key: all that the confirmation is bound to
[[nodiscard]] std::string to_token(const queue_confirmation& value, std::string_view about);
/// None when it was made for something else, or is older than `confirmed_within`.
[[nodiscard]] std::optional<queue_confirmation> read_token(std::string_view token,
                                                           std::string_view about, wall_time now);

/// The action's id: the same for one confirmation, however often it comes.
[[nodiscard]] std::string action_id_of(std::string_view token);

} // namespace warmfront::admin
