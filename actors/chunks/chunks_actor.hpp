// The actor that stores chunks and finds them again, here and on other nodes.
#pragma once

#include <functional>
#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/control_store.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// A `chunks_actor` that also hears from its own callbacks.
using chunks_shell = chunks_actor::extend<caf::reacts_to<run_step>>;

struct chunks_config {
  node_name self;
  bool copies_wanted = false;    ///< what is stored gets a second copy, and keeps two
  bool copy_required = false;    ///< else one will do while no other node can hold one
  seconds grace{24 * 60 * 60};   ///< what nothing refers to is removed after so long
  seconds sweep_every{60 * 60};  ///< half of `grace` at most
  seconds walk_again_after{30};  ///< when not all copies could be made
  milliseconds walk_after{1000}; ///< a change of the members: others may follow
};

/// What it works with; all of it outlives the actor.
struct chunks_ports {
  /// Without `time`, `control` and `send` there is neither a sweep nor a peer.
  chunks_ports(storage::store* disk = nullptr) : store{disk} {} // NOLINT: stands for all ports

  storage::store* store;
  storage::control_store* control = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  std::function<void(send_frames)> send;
  chunks_config config;
};

class chunks_host;
struct chunks_state {
  // Not an aggregate: CAF would initialise the first member of one with the actor's pointer.
  chunks_state() = default;
  static inline const char* name = "chunks";
  std::shared_ptr<chunks_host> host;
};

/// Reads the disk in its own turn: to be spawned detached.
chunks_shell::behavior_type chunks_behavior(chunks_shell::stateful_pointer<chunks_state> self,
                                            chunks_ports ports);

} // namespace warmfront
