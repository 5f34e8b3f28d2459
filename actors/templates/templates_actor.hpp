// The actor that owns the templates.
#pragma once

#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// A `templates_actor` that also hears from its own callbacks.
using templates_shell = templates_actor::extend<caf::reacts_to<run_step>>;

/// What it works with; all of it outlives the actor.
struct templates_ports {
  storage::control_store* control = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  chunks_actor chunks;
  bool reviewed = false; ///< new versions wait for `review_template`
};

class templates_host;
struct templates_state {
  static inline const char* name = "templates";
  std::shared_ptr<templates_host> host;
};

/// Reads the templates, then serves; until then requests wait.
templates_shell::behavior_type
templates_behavior(templates_shell::stateful_pointer<templates_state> self, templates_ports ports);

} // namespace warmfront
