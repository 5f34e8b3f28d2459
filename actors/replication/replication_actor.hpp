// The replication role as an actor: the rules' effects by CAF, storage and the control store.
#pragma once

#include <functional>
#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/core/event_log.hpp"
#include "actors/core/fence.hpp"
#include "actors/messages/handles.hpp"
#include "actors/replication/replication.hpp"
#include "storage/control_store.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// What replication works with; all of it outlives the actor.
struct replication_ports {
  storage::store* store = nullptr;
  storage::control_store* control = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  /// Runs steps that may block, on a thread of its own.
  caf::actor reader;
  /// Extended whenever the control store has heard of this node; paused when it may be cut off.
  fence* sending = nullptr;
  /// Hands frames to the gateway of a peer.
  std::function<void(send_frames)> send;
  /// Whether anything is left on this node, while it drains.
  std::function<void(bool)> drained;
};

class replication_host;
struct replication_state {
  // Not an aggregate: CAF would initialise the first member of one with the actor's pointer.
  replication_state() = default;
  static inline const char* name = "replication";
  std::shared_ptr<replication_host> host;
};
using replication_shell = replication_actor::extend<caf::reacts_to<run_step>>;

/// Does nothing before `connect_listeners` and the first `members_changed`.
replication_shell::behavior_type
replication_behavior(replication_shell::stateful_pointer<replication_state> self,
                     replication_config config, replication_ports ports);

} // namespace warmfront
