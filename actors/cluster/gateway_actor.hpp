// The gateway to one peer as an actor: its steps by CAF, tunnel and roles.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include "actors/cluster/caf_link.hpp"
#include "actors/cluster/gateway.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"

namespace warmfront {

/// What a gateway works with; all of it outlives the actor.
struct gateway_ports {
  caf_link* link = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  /// Makes a tunnel to the peer and answers its descriptor, from any thread.
  std::function<void(std::function<void(result<int>)>)> dial;
  /// Ends the peer's tunnels.
  std::function<void()> drop;
  /// Who hears of the peer and of its frames.
  replication_actor replication;
  inquiries_actor inquiries;
  chunks_actor chunks; ///< null: frames about chunks are dropped
  feedback_actor feedback = {};
  suppressions_actor suppressions = {};
  statistics_actor statistics = {};
};

class gateway_host;
struct gateway_state {
  // Not an aggregate: CAF would initialise the first member of one with the actor's pointer.
  gateway_state() = default;
  static inline const char* name = "gateway";
  std::shared_ptr<gateway_host> host;
};

/// Handles `peer_frame` from the far gateway, `send_frames` from this node, and its own steps.
caf::behavior gateway_behavior(caf::stateful_actor<gateway_state>* self, node_name peer,
                               gateway_settings settings, gateway_ports ports, std::uint64_t seed);

} // namespace warmfront
