// The actor that owns sender domains and addresses.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// An `identities_actor` that also hears from its own callbacks.
using identities_shell = identities_actor::extend<caf::reacts_to<run_step>>;

/// What it works with; all of it outlives the actor.
struct identities_ports {
  storage::control_store* control = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  std::string hostname; ///< of this node, for the records to publish
  /// Runs work on a thread that may be busy for a while; from any thread, in order.
  std::function<void(std::function<void()>)> run_aside;
  std::string verdict_key; ///< random, at least 16 octets; of this process alone
};

class identities_host;
struct identities_state {
  static inline const char* name = "identities";
  std::shared_ptr<identities_host> host;
};

/// Reads domains and addresses, then serves; until then requests wait.
identities_shell::behavior_type
identities_behavior(identities_shell::stateful_pointer<identities_state> self,
                    identities_ports ports);

} // namespace warmfront
