// The actor that writes down what comes back about mail.
#pragma once

#include <functional>
#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/changed_counters.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// A `feedback_actor` that also hears from its own callbacks.
using feedback_shell = feedback_actor::extend<caf::reacts_to<run_step>>;

struct feedback_config {
  node_name self;
  /// For so long after a mail was taken over the first event of each kind is remembered.
  seconds marks_kept{std::chrono::hours{24 * 90}};
  seconds sweep_every{60 * 60};
};

/// What it works with; all of it outlives the actor.
struct feedback_ports {
  storage::store* store = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  std::function<void(send_frames)> send; ///< empty: this node is alone
  feedback_config config;
  storage::changed_counters* changed = nullptr; ///< null: no other node keeps the counters
};

class feedback_host;
struct feedback_state {
  // Not an aggregate: CAF would initialise the first member of one with the actor's pointer.
  feedback_state() = default;
  static inline const char* name = "feedback";
  std::shared_ptr<feedback_host> host;
};

/// Reads the disk in its own turn: to be spawned detached.
feedback_shell::behavior_type
feedback_behavior(feedback_shell::stateful_pointer<feedback_state> self, feedback_ports ports);

} // namespace warmfront
