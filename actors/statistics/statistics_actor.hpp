// The actor that answers from the daily counters, and keeps those of other nodes.
#pragma once

#include <functional>
#include <memory>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/changed_counters.hpp"
#include "storage/shadow_counters.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// A `statistics_actor` that also hears from itself.
using statistics_shell = statistics_actor::extend<caf::reacts_to<run_step>>;

/// What it works with; all of it outlives the actor.
struct statistics_ports {
  storage::store* store = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  // In a cluster:
  storage::counters_origin self = {}; ///< this node, and its data directory
  std::function<void(send_frames)> send = {};
  storage::changed_counters* changed = nullptr; ///< what to copy to other nodes; null: nothing
};

/// How long counters are kept.
inline constexpr std::chrono::days statistics_kept{400};

class statistics_host;
struct statistics_state {
  // Not an aggregate: CAF would initialise the first member of one with the actor's pointer.
  statistics_state() = default;
  static inline const char* name = "statistics";
  std::shared_ptr<statistics_host> host;
};

/// Reads the disk: to be spawned with a thread of its own. Once a day it removes what is older than
/// `statistics_kept`.
statistics_shell::behavior_type
statistics_behavior(statistics_shell::stateful_pointer<statistics_state> self,
                    statistics_ports ports);

} // namespace warmfront
