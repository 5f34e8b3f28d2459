// The intake role as an actor: mails in, one batch to the spool, facts to delivery.
#pragma once

#include <deque>
#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/event_log.hpp"
#include "actors/intake/intake.hpp"
#include "actors/messages/handles.hpp"
#include "storage/changed_counters.hpp"
#include "storage/event_log.hpp"
#include "storage/store.hpp"

namespace warmfront {

struct intake_group;

struct intake_state {
  // Not an aggregate: CAF would initialise the first member of one with the actor's pointer.
  intake_state() = default;
  static inline const char* name = "intake";
  bool stopping = false;
  /// With second copies: committed or not, in the order of their sequence numbers.
  std::deque<std::shared_ptr<intake_group>> groups;
  storage::event_recorder events;
  webhooks_actor webhooks; ///< null: nobody hears of events
};

/// Who hears of what intake takes over.
struct intake_books {
  storage::event_recorder events = {};
  storage::changed_counters* changed = nullptr; ///< null: nobody copies counters
};

/// The intake's handle with what its own callbacks send it.
using intake_shell = intake_actor::extend<caf::reacts_to<run_step>>;

/// `core` comes with the sequence numbers of the lanes on disk. The references outlive the actor.
/// Without `replication` mails have one copy.
intake_shell::behavior_type intake_behavior(intake_shell::stateful_pointer<intake_state> self,
                                            std::shared_ptr<intake> core, storage::store* store,
                                            const clock* time, delivery_actor delivery,
                                            replication_actor replication = {},
                                            intake_books books = {});

} // namespace warmfront
