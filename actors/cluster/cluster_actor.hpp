// The cluster role as an actor: membership's actions by the control store, and who hears of it.
#pragma once

#include <functional>
#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/cluster/membership.hpp"
#include "actors/core/event_log.hpp"
#include "actors/core/fence.hpp"
#include "actors/messages/handles.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// What the actor works with; all of it outlives it.
struct cluster_ports {
  storage::control_store* control = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  /// Whether this node is to be emptied; told on every change of members.
  std::function<void(bool)> drains;
  fence* sending = nullptr;
  /// Gets `epoch_began`; null: every new epoch counts as settled.
  caf::actor settles;
  /// The node cannot be a member; called once.
  std::function<void(const error&)> refused;
};

class cluster_host;
struct cluster_state {
  // Not an aggregate: CAF would initialise the first member of one with the actor's pointer.
  cluster_state() = default;
  static inline const char* name = "cluster";
  std::shared_ptr<cluster_host> host;
};
using cluster_shell = cluster_actor::extend<caf::reacts_to<run_step>>;

cluster_shell::behavior_type cluster_behavior(cluster_shell::stateful_pointer<cluster_state> self,
                                              membership_settings settings, cluster_ports ports);

} // namespace warmfront
