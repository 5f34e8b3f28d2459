// The actor that owns the addresses which are not sent to.
#pragma once

#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// A `suppressions_actor` that also hears from its own callbacks.
using suppressions_shell = suppressions_actor::extend<caf::reacts_to<run_step>>;

/// What it works with; all of it outlives the actor.
struct suppressions_ports {
  storage::control_store* control = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
};

class suppressions_host;
struct suppressions_state {
  static inline const char* name = "suppressions";
  std::shared_ptr<suppressions_host> host;
};

/// Reads the entries, then serves and tells intake; until then requests wait.
suppressions_shell::behavior_type
suppressions_behavior(suppressions_shell::stateful_pointer<suppressions_state> self,
                      suppressions_ports ports);

} // namespace warmfront
