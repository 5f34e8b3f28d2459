// Roles that need nothing but memory: behind the fake node they are the real ones.
#pragma once

#include <memory>

#include <caf/actor_system.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "storage/control_store.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/support/scripted_http.hpp"

namespace warmfront::testing {

class real_roles {
public:
  /// All of it outlives this.
  real_roles(caf::actor_system& system, const clock& time, event_log& log, intake_actor intake,
             delivery_actor delivery);
  real_roles(const real_roles&) = delete;
  real_roles& operator=(const real_roles&) = delete;

  /// Ends the actors. To be destroyed when the actor system is gone.
  void stop();

  storage::memory_store store;
  std::unique_ptr<storage::control_store> control;
  chunks_actor chunks;
  templates_actor templates;
  groups_actor groups;
  scheduler_actor scheduler;
  identities_actor identities;
  suppressions_actor suppressions;
  statistics_actor statistics;
  unsubscribes_actor unsubscribes;
  transport_policy_actor transport_policy;
  scripted_http http; ///< what webhooks call
  webhooks_actor webhooks;
  audit_actor audit;
};

} // namespace warmfront::testing
