// The actor that answers from the daily counters.
#pragma once

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// A `statistics_actor` that also hears from itself.
using statistics_shell = statistics_actor::extend<caf::reacts_to<run_step>>;

/// What it works with; all of it outlives the actor.
struct statistics_ports {
  storage::store* store = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
};

/// How long counters are kept.
inline constexpr std::chrono::days statistics_kept{400};

/// Reads the disk: to be spawned with a thread of its own. Once a day it removes what is older than
/// `statistics_kept`.
statistics_shell::behavior_type statistics_behavior(statistics_shell::pointer self,
                                                    statistics_ports ports);

} // namespace warmfront
