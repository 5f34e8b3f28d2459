// The actor that owns accounts and keys: it hosts a `key_book`.
#pragma once

#include <memory>
#include <optional>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "net/secrets/secret_seal.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// An `access_actor` that also hears from its own callbacks.
using access_shell = access_actor::extend<caf::reacts_to<run_step>>;

class access_host;
struct access_state {
  static inline const char* name = "access";
  std::shared_ptr<access_host> host;
};

/// Reads accounts and keys, then serves; until then requests wait. All pointers outlive the actor.
/// @param sealing of the secrets of signature keys; none: there can be no such keys here.
access_shell::behavior_type access_behavior(access_shell::stateful_pointer<access_state> self,
                                            storage::control_store* control, const clock* time,
                                            event_log* log, std::optional<seal_key> sealing);

} // namespace warmfront
