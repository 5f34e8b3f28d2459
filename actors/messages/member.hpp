// The nodes of a cluster, as every room sees them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"

namespace warmfront {

/// What the cluster has recorded about a node. The numbers are stored: append only.
enum class node_state : std::uint8_t {
  active = 1, ///< takes new mail
  draining,   ///< takes no new mail, hands over what it has
  dead,       ///< declared dead: others take what it held
  removed,    ///< never comes back under this registration
};
[[nodiscard]] std::string_view to_string(node_state state) noexcept;

/// A registered node.
struct member {
  node_name name;
  std::uint16_t number = 0;    ///< in the ids of its messages
  std::string address;         ///< where peers reach it
  std::string key_fingerprint; ///< of the key that its certificate must have
  std::uint64_t epoch = 0;
  node_state state = node_state::active;
  bool alive = false;   ///< it holds its lease, as far as this node knows
  bool drained = false; ///< it has said that nothing is left on it
  /// Its last epoch is over for good: what it held may be taken by others. Always so when dead;
  /// a removed node may still be alive for the rest of its lease, and is not ended until then.
  bool ended = false;
  bool self = false;
  wall_time registered_at{};
  wall_time changed_at{};     ///< of the state
  std::uint64_t revision = 0; ///< of its record in the control store
  friend bool operator==(const member&, const member&) = default;
};
using node_report = member;

/// What an operator may ask for a node.
enum class node_change : std::uint8_t {
  drain,   ///< take no new mail, hand over what is there
  undrain, ///< back to normal
  remove,  ///< out for good
  forget,  ///< delete what is left of a removed node, so that its name can be used again
};

/// Admin → cluster. `force` removes a node that is alive and not drained.
struct change_node {
  node_name name;
  node_change what = node_change::drain;
  bool force = false;
};

} // namespace warmfront
