// The actor that stores chunks and finds them again.
#pragma once

#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/messages/handles.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// A `chunks_actor` that also hears from its own callbacks.
using chunks_shell = chunks_actor::extend<caf::reacts_to<run_step>>;

struct chunks_state {
  static inline const char* name = "chunks";
};

/// Reads the disk in its own turn: to be spawned detached. The store outlives the actor.
chunks_shell::behavior_type chunks_behavior(chunks_shell::stateful_pointer<chunks_state> self,
                                            storage::store* store);

} // namespace warmfront
