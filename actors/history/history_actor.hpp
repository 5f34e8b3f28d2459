// The actor that samples this node's counters, and answers from the samples and from what is kept
// of ledgers' days.
#pragma once

#include <memory>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// A `history_actor` that also hears from itself.
using history_shell = history_actor::extend<caf::reacts_to<run_step>>;

/// What it works with; all of it outlives the actor.
struct history_ports {
  storage::store* store = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  delivery_actor delivery = {};
  warmup_actor warmup = {};
  statistics_actor statistics = {};
};

class history_host;
struct history_state {
  // Not an aggregate: CAF would initialise the first member of one with the actor's pointer.
  history_state() = default;
  static inline const char* name = "history";
  std::shared_ptr<history_host> host;
};

/// Reads the disk: to be spawned with a thread of its own. Samples at the end of every minute.
history_shell::behavior_type history_behavior(history_shell::stateful_pointer<history_state> self,
                                              history_ports ports);

} // namespace warmfront
