// The actor that owns the recipient groups.
#pragma once

#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// A `groups_actor` that also hears from its own callbacks.
using groups_shell = groups_actor::extend<caf::reacts_to<run_step>>;

/// What it works with; all of it outlives the actor.
struct groups_ports {
  storage::control_store* control = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  chunks_actor chunks;
  std::size_t recipients_max = 10'000'000; ///< of one group
};

class groups_host;
struct groups_state {
  static inline const char* name = "groups";
  std::shared_ptr<groups_host> host;
};

/// Reads the groups, then serves; until then requests wait. Lists are read in its own turn: to be
/// spawned detached.
groups_shell::behavior_type groups_behavior(groups_shell::stateful_pointer<groups_state> self,
                                            groups_ports ports);

} // namespace warmfront
