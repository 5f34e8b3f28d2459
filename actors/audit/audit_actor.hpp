// The actor that keeps this node's log of changes: it hosts an `audit_log`.
#pragma once

#include <memory>
#include <string>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/audit_log.hpp"

namespace warmfront {

/// An `audit_actor` that also hears from its own callbacks.
using audit_shell = audit_actor::extend<caf::reacts_to<run_step>>;

/// What it works with. All of it outlives the actor.
struct audit_ports {
  storage::store* store = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  std::string node;
  storage::audit_limits limits = {};
};

class audit_host;
struct audit_state {
  static inline const char* name = "warmfront.audit";
  std::shared_ptr<audit_host> host;
};

/// Reads the disk: to be spawned with a thread of its own.
audit_shell::behavior_type audit_behavior(audit_shell::stateful_pointer<audit_state> self,
                                          audit_ports ports);

} // namespace warmfront
