// The actor that fires tasks and feeds their segments to delivery.
#pragma once

#include <cstdint>
#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "actors/recurring/misfire.hpp"
#include "storage/control_store.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// A `scheduler_actor` that also hears from its own callbacks.
using scheduler_shell = scheduler_actor::extend<caf::reacts_to<run_step>>;

/// What becomes of an occurrence that large receivers would not take.
enum class bulk_rules : std::uint8_t {
  off,    ///< nobody asks
  warn,   ///< the log says so; what was found last time has to do
  refuse, ///< its task is paused
};

struct scheduler_config {
  node_name self;
  bool alone = true; ///< all pools are this node's
  misfire_config misfire;
  /// In a cluster a message that was found on no node for so long is given up.
  std::chrono::hours missing_after{24};
  bulk_rules rules = bulk_rules::off;
};

/// What it works with; all of it outlives the actor.
struct scheduler_ports {
  storage::store* store = nullptr;
  storage::control_store* control = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  templates_actor templates;
  groups_actor groups;
  chunks_actor chunks;
  intake_actor intake;
  delivery_actor delivery;
  identities_actor identities = {}; ///< null: senders are not looked at
};

class scheduler_host;
struct scheduler_state {
  scheduler_state() = default;
  static inline const char* name = "scheduler";
  std::shared_ptr<scheduler_host> host;
};

/// Reads the tasks and what this node had of them, then works; until then requests wait.
scheduler_shell::behavior_type
scheduler_behavior(scheduler_shell::stateful_pointer<scheduler_state> self, scheduler_config config,
                   scheduler_ports ports);

} // namespace warmfront
