// A position in the logs of events of all nodes, as text: `n1:12.3.0,n2:7.0.0`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace warmfront::admin {

/// By node. A node that is not there is read from now on.
using event_positions = std::map<std::string, std::string, std::less<>>;

/// None for what is no such text, or names more than a thousand nodes. Empty text: no node. `0`
/// stands for the beginning of every node's log: one entry without a name.
[[nodiscard]] std::optional<event_positions> parse_positions(std::string_view text);
[[nodiscard]] std::string to_text(const event_positions& positions);
/// What to read a node's log after; empty: from now on.
[[nodiscard]] std::string position_of(const event_positions& positions, std::string_view node);

} // namespace warmfront::admin
