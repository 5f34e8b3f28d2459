// The actor that owns the ledgers: it hosts a `ledger_book` and does what that asks for.
#pragma once

#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "actors/warmup/permit_ledger.hpp"
#include "storage/control_store.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// A `warmup_actor` that also hears from its own callbacks.
using warmup_shell = warmup_actor::extend<caf::reacts_to<run_step>>;

class warmup_host;
struct warmup_state {
  static inline const char* name = "warmup";
  std::shared_ptr<warmup_host> host;
};

/// Reads marks, plans and ledgers, then serves. Before that permits are `pending` and commands
/// wait. Quits with `sec::runtime_error` when the marks cannot be read: without them nothing may be
/// granted. All pointers outlive the actor. @pre rules.day > 0, rules.reserve_percent < 100.
warmup_shell::behavior_type warmup_behavior(warmup_shell::stateful_pointer<warmup_state> self,
                                            warmup_rules rules, storage::store* marks,
                                            storage::control_store* control, const clock* time,
                                            event_log* log);

} // namespace warmfront
