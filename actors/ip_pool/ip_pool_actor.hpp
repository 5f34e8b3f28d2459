// The actor that owns the pools: it hosts a `pool_book` and chooses sources by it.
#pragma once

#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// An `ip_pool_actor` that also hears from its own callbacks.
using ip_pool_shell = ip_pool_actor::extend<caf::reacts_to<run_step>>;

class ip_pool_host;
struct ip_pool_state {
  static inline const char* name = "ip_pool";
  std::shared_ptr<ip_pool_host> host;
};

/// Reads the pools, then serves; until then requests wait. A change that names a plan first gets
/// its ledger from `warmup`, so that no address ever sends without the limit it is to have. All
/// pointers outlive the actor. `self_name`: see `pool_book`.
ip_pool_shell::behavior_type ip_pool_behavior(ip_pool_shell::stateful_pointer<ip_pool_state> self,
                                              warmup_actor warmup, storage::control_store* control,
                                              const clock* time, event_log* log,
                                              node_name self_name);

} // namespace warmfront
