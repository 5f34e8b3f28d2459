// The actor that owns the addresses which are not sent to.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/control_store.hpp"
#include "storage/store.hpp"
#include "storage/suppression_reader.hpp"

namespace warmfront {

/// A `suppressions_actor` that also hears from its own callbacks.
using suppressions_shell = suppressions_actor::extend<caf::reacts_to<run_step>>;

struct suppressions_config {
  std::uint16_t node = 0;     ///< this node's number: of it the numbers of entries are made
  bool copies_wanted = false; ///< a change is answered when another node has it, too
  bool copy_required = false; ///< else one will do while no other node can have it
  std::uint64_t seed = 0;     ///< of the name that this data directory gets once
  seconds forget_after{90 * 24 * 60 * 60}; ///< what was removed or over for so long
  seconds sweep_every{24 * 60 * 60};
  seconds clean_after{60 * 60}; ///< what earlier releases kept in the control store is removed then
  seconds wait_for_peers{15};   ///< requests to a node that lacks entries wait no longer
};

/// What it works with; all of it outlives the actor.
struct suppressions_ports {
  storage::control_store* control = nullptr; ///< where earlier releases kept entries
  const clock* time = nullptr;
  event_log* log = nullptr;
  storage::store* disk = nullptr;
  storage::suppression_reader* reader = nullptr; ///< of intake and delivery; null: nobody asks
  std::function<void(send_frames)> send = {};    ///< empty: the node is alone
  suppressions_config config = {};
};

class suppressions_host;
struct suppressions_state {
  // Not an aggregate: CAF would initialise the first member of one with the actor's pointer.
  suppressions_state() = default;
  static inline const char* name = "suppressions";
  std::shared_ptr<suppressions_host> host;
};

/// Reads the disk in its own turn: to be spawned detached. Serves, and lets intake take mail, once
/// what earlier releases kept is in the table, and a new node of a cluster has what others have.
suppressions_shell::behavior_type
suppressions_behavior(suppressions_shell::stateful_pointer<suppressions_state> self,
                      suppressions_ports ports);

} // namespace warmfront
