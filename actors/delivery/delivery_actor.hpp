// The delivery role as an actor: the flow's effects by CAF, storage and transport, and its reports.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <caf/typed_event_based_actor.hpp>

#include "actors/core/event_log.hpp"
#include "actors/core/fence.hpp"
#include "actors/delivery/delivery_flow.hpp"
#include "actors/delivery/site_router.hpp"
#include "actors/messages/handles.hpp"
#include "storage/changed_counters.hpp"
#include "storage/event_log.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// Runs steps that may block, one after the other. Spawned with a thread of its own.
using worker_actor = caf::typed_actor<caf::reacts_to<run_step>>;
worker_actor::behavior_type worker_behavior();

/// What delivery works with; all of it outlives the actor.
struct delivery_ports {
  storage::store* store = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  ip_pool_actor ip_pool;
  warmup_actor warmup;
  worker_actor reader;
  const site_router* router = nullptr;
  /// Makes the transport that reports to the given callback.
  std::function<std::unique_ptr<net::mail_transport>(net::transport_callback)> make_transport;
  std::function<void(const error&)> failed;
  const fence* sending = nullptr;                            ///< null: this node is alone
  const storage::suppression_reader* suppressions = nullptr; ///< null: nobody is suppressed
  /// Who counts sessions for reports on TLS; null: nobody.
  transport_policy_actor transport_policy = {};
  /// Mail is signed on their threads; empty: in the actor's turn.
  std::vector<worker_actor> signers;
  outgoing_rules outgoing;         ///< but for what the roles tell
  unsubscribes_actor unsubscribes; ///< null: nobody has settings
  /// Tells replication of outcomes; empty: nobody keeps copies.
  std::function<void(std::vector<copy_progress>)> progressed;
  storage::event_recorder events = {};
  storage::changed_counters* changed = nullptr; ///< null: nobody copies counters
};

class delivery_state;
using delivery_shell = delivery_actor::extend<caf::reacts_to<run_step>>;

delivery_shell::behavior_type
delivery_behavior(delivery_shell::stateful_pointer<delivery_state> self, delivery_config config,
                  delivery_ports ports, std::uint64_t seed, std::vector<stored_lane> stored);

} // namespace warmfront
