// The actor that owns the unsubscribe settings: it hosts an `unsubscribe_book`.
#pragma once

#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// An `unsubscribes_actor` that also hears from its own callbacks.
using unsubscribes_shell = unsubscribes_actor::extend<caf::reacts_to<run_step>>;

class unsubscribes_host;
struct unsubscribes_state {
  static inline const char* name = "unsubscribes";
  std::shared_ptr<unsubscribes_host> host;
};

/// Reads the settings, then serves; until then requests wait. All pointers outlive the actor.
unsubscribes_shell::behavior_type
unsubscribes_behavior(unsubscribes_shell::stateful_pointer<unsubscribes_state> self,
                      storage::control_store* control, event_log* log);

} // namespace warmfront
