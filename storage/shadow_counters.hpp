// Counters of other nodes, kept here in case those do not come back. Pure: keys of
// `family::counters`.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"

namespace warmfront::storage {

/// Whose counters: a node, and what its data directory is called. A node that lost its directory
/// counts from nothing, and what it counted before is of another origin.
struct counters_origin {
  std::uint16_t node = 0;
  std::uint64_t instance = 0;
  friend auto operator<=>(const counters_origin&, const counters_origin&) = default;
};

/// In front of the key that the counter has at its own node.
[[nodiscard]] std::string shadow_prefix(const counters_origin& origin);
/// How far the copy goes: a number of microseconds since 1970, 0 while it is not complete.
[[nodiscard]] std::string shadow_state_key(const counters_origin& origin);
[[nodiscard]] std::string all_shadow_states_prefix();
[[nodiscard]] std::optional<counters_origin> parse_shadow_state_key(std::string_view key);

} // namespace warmfront::storage
