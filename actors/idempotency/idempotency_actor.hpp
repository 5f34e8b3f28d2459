// The actor that sees to it that a named request is done once.
#pragma once

#include <cstdint>
#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/random.hpp"
#include "actors/messages/handles.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// An `idempotency_actor` that also hears from its own callbacks.
using idempotency_shell = idempotency_actor::extend<caf::reacts_to<run_step>>;

/// What it works with; all of it outlives the actor.
struct idempotency_ports {
  storage::control_store* control = nullptr;
  const clock* time = nullptr;
  std::shared_ptr<random_source> random;
  node_name self;
  std::uint16_t node = 0; ///< this node's part of message ids
  delivery_actor delivery;
  inquiries_actor inquiries; ///< none: there are no other nodes
};

class idempotency_host;
struct idempotency_state {
  idempotency_state() = default;
  static inline const char* name = "idempotency";
  std::shared_ptr<idempotency_host> host;
};

idempotency_shell::behavior_type
idempotency_behavior(idempotency_shell::stateful_pointer<idempotency_state> self,
                     idempotency_ports ports);

} // namespace warmfront
