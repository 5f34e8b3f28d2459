// Whom roles tell of changes.
#pragma once

#include <caf/actor_control_block.hpp>

namespace warmfront {

/// Node → warmup, ip_pool, suppressions and others, once all are spawned: whom to tell of changes.
/// They are told at once how things stand.
struct connect_listeners {
  caf::strong_actor_ptr intake;                 ///< an `intake_actor`
  caf::strong_actor_ptr delivery;               ///< a `delivery_actor`
  caf::strong_actor_ptr replication = nullptr;  ///< a `replication_actor`, in a cluster
  caf::strong_actor_ptr scheduler = nullptr;    ///< a `scheduler_actor`
  caf::strong_actor_ptr suppressions = nullptr; ///< a `suppressions_actor`
  caf::strong_actor_ptr feedback = nullptr;     ///< a `feedback_actor`
  caf::strong_actor_ptr webhooks = nullptr;     ///< a `webhooks_actor`
  caf::strong_actor_ptr warmup = nullptr;       ///< a `warmup_actor`
  caf::strong_actor_ptr identities = nullptr;   ///< an `identities_actor`
};

} // namespace warmfront
